import type { Event } from '../../types.ts'
import { describeEvent } from './describe-event.ts'
import type { Message } from './message.ts'

/** Events that are told by a line each. */
const TOLD = 10

/** Many events as one message: how many of which kind, and the first of them. */
export function describeDigest(events: readonly Event[], dashboardUrl: string): Message {
  const told = events.map((event) => describeEvent(event, dashboardUrl))
  const counts = new Map<string, number>()
  for (const { title } of told) counts.set(title, (counts.get(title) ?? 0) + 1)
  const [most, ...others] = [...counts].sort(([, a], [, b]) => b - a)
  const title = `${events.length.toLocaleString('en-GB')} alerts at once`
  const facts = [...(most ? [most] : []), ...others]
    .slice(0, 5)
    .map(([label, count]) => ({ label, value: count.toLocaleString('en-GB') }))
  const lines = told.slice(0, TOLD).map(({ summary }) => summary)
  const left = events.length - lines.length
  return {
    title,
    summary: summaryOf(title, most, others.length),
    facts,
    note: null,
    lines: left > 0 ? [...lines, `and ${left.toLocaleString('en-GB')} more`] : lines,
    link: null,
    context:
      'One message in place of many, since more were waiting than can be read. ringpost events list has each.',
  }
}

function summaryOf(title: string, most: [label: string, count: number] | undefined, others: number): string {
  if (most === undefined) return title
  const [label, count] = most
  return others === 0 ? `${title}: ${label}` : `${title}, ${count.toLocaleString('en-GB')} of them: ${label}`
}

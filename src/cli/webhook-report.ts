import type { Received, ReceiverAnswer } from '../receiver/receiver.ts'
import { subjectOf } from './commands/events.ts'
import type { Forwarded } from './forward.ts'
import type { Output } from './output.ts'
import { printableLines, short } from './printable.ts'

/** One webhook that `ringpost listen` got, and what it did with it. */
export interface Heard {
  received: Received
  answer: ReceiverAnswer
  /** Null where it was not passed on. */
  forwarded: Forwarded | null
  /** How often this `webhook-id` has come since listening began. */
  times: number
}

/** It as an object, for programs. */
export function webhookEntry({ received, answer, forwarded, times }: Heard, now: Date) {
  const { verified, headers, event, body } = received
  return {
    kind: 'webhook',
    at: now.toISOString(),
    verified: verified.ok,
    reason: verified.ok ? null : verified.reason,
    times,
    answered: answer.status,
    forwarded: forwarded && { error: forwarded.error, duration_ms: forwarded.duration_ms },
    headers,
    event: event ?? null,
    body: event === null ? body : null,
  }
}

/** It as a line, and the body below where it is asked for. */
export function webhookReport(
  out: Pick<Output, 'style'>,
  heard: Heard,
  now: Date,
  options: { body: boolean; target: string | null },
): string {
  const { received, times } = heard
  const { verified, event, headers, body } = received
  const time = out.style('dim', now.toTimeString().slice(0, 8))
  const mark = verified.ok ? out.style('green', '✓') : out.style('red', '✗')
  const what = event
    ? `${short(event.type, 40).padEnd(33)}  ${short(subjectOf(event), 40)}`
    : 'a body that is no event'
  const id = out.style('dim', short(headers['webhook-id'] ?? 'no webhook-id', 40))
  const again = times > 1 ? out.style('yellow', ` (time ${times})`) : ''
  const lines = [`${time}  ${mark} ${what}  ${id}${again}  → ${answered(out, heard, options.target)}`]
  if (!verified.ok) lines.push(`          ${out.style('red', verified.reason)}`)
  if (options.body) {
    const shown = event === null ? body : JSON.stringify(event, null, 2)
    lines.push(printableLines(shown).replace(/^/gm, '          '))
  }
  return lines.join('\n')
}

function answered(out: Pick<Output, 'style'>, { answer, forwarded }: Heard, target: string | null): string {
  const good = answer.status >= 200 && answer.status < 300
  const status = out.style(good ? 'green' : 'red', String(answer.status))
  if (forwarded === null) return status
  if (forwarded.error !== null) return `${status}: ${short(forwarded.error, 200)}`
  return `${status} from ${target} in ${forwarded.duration_ms} ms`
}

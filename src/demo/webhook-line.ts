import type { Received } from '../receiver/receiver.ts'

/** What the sample receiver prints for a webhook: one line, for a person. */
export function webhookLine(received: Received, now: Date): string {
  const { event, verified } = received
  const time = now.toTimeString().slice(0, 8)
  const mark = verified.ok ? '✓ verified' : `✗ ${verified.reason}`
  if (event === null) return `${time}  ${mark}  (a body that is no event)`
  return `${time}  ${mark}  ${event.type.padEnd(33)} ${sentence(event.data)}`
}

function sentence(data: Record<string, unknown>): string {
  const user = (data.user ?? {}) as Record<string, unknown>
  const change = (data.change ?? {}) as Record<string, unknown>
  const who = printable(String(user.user_id ?? ''))
  const agent = user.last_contact_agent_name ? ` · ${printable(String(user.last_contact_agent_name))}` : ''
  if (change.from === 0) return `${who} called for the first time${agent}`
  return `${who} called again: ${change.from} → ${change.to} conversations${agent}`
}

/** A user id is whatever a caller's system made of it: nothing in it may steer the terminal. */
function printable(text: string): string {
  const plain = text.replace(/\p{C}/gu, '·')
  return plain.length > 40 ? `${plain.slice(0, 39)}…` : plain
}

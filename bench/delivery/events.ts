import { buildEvent } from '../../src/detect/build-event.ts'
import type { UserRow } from '../../src/types.ts'

export const SOURCE = { id: 'src_bench', name: 'bench' }

/** A row as upstream sends it. `began` is when it did: the receiver reads it. */
export function benchRow(n: number, count = 1, began?: number): UserRow {
  const user_id = `user_${String(n).padStart(19, '0')}`
  const raw = {
    user_id,
    conversation_count: count,
    first_contact_unix_secs: 1_790_000_000,
    last_contact_unix_secs: 1_790_000_000 + n,
    last_contact_conversation_id: `conv_${n}`,
    last_contact_agent_id: 'agent_bench',
    last_contact_agent_name: 'Bench',
    ...(began === undefined ? {} : { began }),
  }
  return { ...raw, sentiment: null, raw }
}

/** A first call, as the text that is sent: about 700 bytes. */
export function benchEvent(n: number): { id: string; json: string } {
  const change = { type: 'user.created', from: 0, to: 1, epoch: 0, previous: null } as const
  const event = buildEvent(SOURCE, change, benchRow(n), Date.now())
  return { id: event.id, json: JSON.stringify(event) }
}

import type { UserRow } from '../../src/types.ts'

/** A row of the upstream list, as read. */
export function row(fields: Partial<UserRow> = {}): UserRow {
  return {
    user_id: 'u1',
    conversation_count: 1,
    first_contact_unix_secs: 1_000,
    last_contact_unix_secs: 1_000,
    last_contact_conversation_id: null,
    last_contact_agent_id: null,
    last_contact_agent_name: null,
    sentiment: null,
    raw: {},
    ...fields,
  }
}

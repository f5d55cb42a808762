import type { UserRow } from '../types.ts'

/**
 * One row a user: upstream may repeat a user within a page while callers move. The row with the higher
 * count wins, then the later contact, so that the order of the repetition decides nothing.
 */
export function mergeRows(rows: readonly UserRow[]): UserRow[] {
  const byUser = new Map<string, UserRow>()
  for (const row of rows) {
    const known = byUser.get(row.user_id)
    if (
      known === undefined ||
      row.conversation_count > known.conversation_count ||
      (row.conversation_count === known.conversation_count &&
        row.last_contact_unix_secs > known.last_contact_unix_secs)
    ) {
      byUser.set(row.user_id, row)
    }
  }
  return [...byUser.values()]
}

import type { Event } from '../types.ts'

/** Whose event it is, by the source's own id; null where it is nobody's. */
export function userIdOf({ data }: Pick<Event, 'data'>): string | null {
  const { user } = data
  if (typeof user !== 'object' || user === null || !('user_id' in user)) return null
  return typeof user.user_id === 'string' ? user.user_id : null
}

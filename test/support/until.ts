import { setTimeout as wait } from 'node:timers/promises'

/**
 * Looks until there is something to see, and returns it: a condition to wait for, instead of a time.
 *
 * @param look returns undefined, null or false where there is nothing yet
 */
export async function until<T>(
  look: () => T | Promise<T>,
  options: { within?: number; what?: string } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const { within = 120_000, what = look.toString() } = options
  const end = Date.now() + within
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<Exclude<T, false>>
    if (Date.now() > end) throw new Error(`Waited ${within} ms in vain for: ${what}`)
    await wait(25)
  }
}

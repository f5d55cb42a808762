/** How many at a time: enough to keep Redis busy, and few enough that others get their turn. */
const AT_ONCE = 50

/** Does something for each of many, some of them at a time. Ends with the first that fails. */
export async function inGroups<T>(many: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < many.length; from += AT_ONCE) {
    await Promise.all(many.slice(from, from + AT_ONCE).map(work))
  }
}

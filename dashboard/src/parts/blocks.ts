/** So many rows are a block, which the browser passes over while it is not seen. */
export const BLOCK = 50

/**
 * The number of the block that each row is in, from the top down. A row stays in its block whatever comes or goes
 * around it: what is new at the top or at the end fills the block there and then begins new ones, and what is new
 * between two others goes to the one above it.
 *
 * @param before the numbers of rows that were there before
 */
export function blocksOf(ids: readonly string[], before: ReadonlyMap<string, number>): number[] {
  const numbers: number[] = ids.map(() => 0)
  const sizes = new Map<number, number>()
  for (const id of ids) {
    const number = before.get(id)
    if (number !== undefined) sizes.set(number, (sizes.get(number) ?? 0) + 1)
  }
  const sizeOf = (number: number) => sizes.get(number) ?? 0
  const put = (i: number, number: number) => {
    numbers[i] = number
    if (before.get(ids[i] ?? '') === undefined) sizes.set(number, sizeOf(number) + 1)
  }
  const first = Math.max(
    0,
    ids.findIndex((id) => before.has(id)),
  )
  const start = before.get(ids[first] ?? '') ?? 0
  let number = start
  for (let i = first; i < ids.length; i++) {
    const own = before.get(ids[i] ?? '')
    if (own !== undefined) number = Math.max(number, own)
    else if (sizeOf(number) >= BLOCK && sizeOf(number + 1) === 0) number++
    put(i, number)
  }
  number = start
  for (let i = first - 1; i >= 0; i--) {
    if (sizeOf(number) >= BLOCK) number--
    put(i, number)
  }
  return numbers
}

/** How much of a response's headers is kept in all (characters). */
export const KEPT_HEADERS = 4096
/** And of one value, so that one that is large leaves room for others. */
const KEPT_VALUE = 1024
const CUT = '… (cut)'
/** Stands for what was left out. No header has such a name. */
const LEFT_OUT = '…'
/** What the mark itself may need. */
const MARK_ROOM = 64

/** The headers of a response as the log keeps them: the first ones, and a mark where there were more. */
export function keepHeaders(
  headers: readonly (readonly [name: string, value: string])[],
): Record<string, string> {
  const kept: [string, string][] = []
  let room = KEPT_HEADERS - MARK_ROOM
  let leftOut = 0
  for (const [name, value] of headers) {
    const shown = value.length > KEPT_VALUE ? value.slice(0, KEPT_VALUE - CUT.length) + CUT : value
    const size = name.length + shown.length
    if (size > room) leftOut++
    else {
      kept.push([name, shown])
      room -= size
    }
  }
  if (leftOut > 0) kept.push([LEFT_OUT, `${leftOut} more were left out`])
  return Object.fromEntries(kept)
}

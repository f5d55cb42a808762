const ELLIPSIS = '…'

/**
 * A text for a place of limited size, shortened where it must be, with an ellipsis. No character is cut in half,
 * and neither is the form in which the place wants it.
 *
 * @param limit in UTF-16 units of what results
 * @param encode of one character at a time
 */
export function shorten(
  text: string,
  limit: number,
  encode: (character: string) => string = (c) => c,
): string {
  let whole = ''
  let shortened = ''
  for (const character of text) {
    const next = whole + encode(character)
    if (next.length > limit) return shortened + ELLIPSIS
    whole = next
    if (next.length <= limit - ELLIPSIS.length) shortened = next
  }
  return whole
}

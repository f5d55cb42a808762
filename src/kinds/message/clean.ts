/** Line breaks, tabs and other controls: what is shown is one line. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu
/** What turns the direction of the text around it, and what cannot be seen at all. */
const UNSEEN = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** Stands where a text has nothing to see. */
const NOTHING = '–'

/** What is longer than any place where a text is shown (characters). */
const MOST = 8_000

/**
 * A text from outside as it may stand in a message: one line of well-formed characters, without controls and
 * without what turns the direction of what stands beside it. Never empty.
 */
export function clean(text: string): string {
  const line = text.slice(0, MOST).toWellFormed().replace(UNSEEN, '').replace(BREAKS, ' ')
  return line.replace(/\s+/g, ' ').trim() || NOTHING
}

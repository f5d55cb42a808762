import { UNSEEN } from '../../unseen.ts'

/** What is shown is one line. */
const BREAKS = new RegExp(`[${UNSEEN.breaks}]+`, 'gu')
const MARKS = new RegExp(`[${UNSEEN.marks}]`, 'gu')

/** Stands where a text has nothing to see. */
const NOTHING = '–'

/** What is longer than any place where a text is shown (characters). */
const MOST = 8_000

/**
 * A text from outside as it may stand in a message: one line of well-formed characters, without controls and
 * without what turns the direction of what stands beside it. Never empty.
 */
export function clean(text: string): string {
  const line = text.slice(0, MOST).toWellFormed().replace(MARKS, '').replace(BREAKS, ' ')
  return line.replace(/\s+/g, ' ').trim() || NOTHING
}

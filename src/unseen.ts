/**
 * Characters that steer what shows a text or cannot be seen in it, as what stands between [ and ] of a regular
 * expression with the flag `u`. Terminals, messages and files of people leave them out or escape them.
 */
export const UNSEEN = {
  /** Line breaks, tabs and other controls, those of one byte (C1) as well. */
  breaks: String.raw`\p{Cc}\u2028\u2029`,
  /** What turns the direction of the text around it, and what has no width. */
  marks: String.raw`\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}`,
} as const

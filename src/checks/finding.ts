/**
 * How a check came out: `problem` keeps ringpost from doing its work, `warning` can be lived with, `skipped`
 * could not be looked at.
 */
export type FindingStatus = 'ok' | 'warning' | 'problem' | 'skipped'

/** What a check of `ringpost doctor` has found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  check: string
  status: FindingStatus
  /** What was found, in a sentence. */
  message: string
  /** What mends it, in a sentence; null where nothing has to be done. */
  fix: string | null
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message, fix: null }
}

export function problem(check: string, message: string, fix: string): Finding {
  return { check, status: 'problem', message, fix }
}

export function warning(check: string, message: string, fix: string): Finding {
  return { check, status: 'warning', message, fix }
}

export function skipped(check: string, message: string, fix: string | null = null): Finding {
  return { check, status: 'skipped', message, fix }
}

/** Words as a sentence: a capital at its beginning, a full stop at its end. */
export function sentence(words: string): string {
  const text = words.trim()
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** Controls, line separators, marks of direction, halves of surrogate pairs. */
const STEERS = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text from outside, made safe for a terminal: control characters could steer it, and marks of direction
 * could make one id look like another.
 */
export function printable(text: string): string {
  return text.replace(STEERS, (unit) =>
    unit === '\n' ? '\\n' : `\\u${(unit.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** The same in at most so many characters. */
export function short(text: string, longest: number): string {
  const plain = [...printable(text)]
  return plain.length > longest ? `${plain.slice(0, longest - 1).join('')}…` : plain.join('')
}

/** The same where lines stay lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

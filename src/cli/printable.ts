import { UNSEEN } from '../unseen.ts'

/** These, and halves of surrogate pairs. */
const STEERS = new RegExp(`[${UNSEEN.breaks}${UNSEEN.marks}\\p{Cs}]`, 'gu')

/**
 * Text from outside, made safe for a terminal: control characters could steer it, and marks of direction
 * could make one id look like another.
 */
export function printable(text: string): string {
  return text.replace(STEERS, (character) => {
    if (character === '\n') return '\\n'
    const code = hex(character.codePointAt(0))
    return code.length > 4 ? `\\u{${code}}` : `\\u${code}`
  })
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

/** A value as JSON that is safe for a terminal, and reads back as the same. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(STEERS, (character) =>
    // Indentation has line breaks, texts have none left. JSON escapes halves of surrogate pairs.
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i))}`).join(''),
  )
}

/** Whether a text has anything in it that a terminal must not get. */
export function steers(text: string): boolean {
  return text.search(STEERS) >= 0
}

/**
 * YAML made safe for a terminal, which reads back as the same: every text of it that `steers`, but for line breaks,
 * has to stand in double quotes.
 */
export function printableYaml(yaml: string): string {
  return yaml.replace(STEERS, (character) => {
    if (character === '\n') return character
    const code = hex(character.codePointAt(0))
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code}`
  })
}

function hex(code = 0): string {
  return code.toString(16).padStart(4, '0')
}

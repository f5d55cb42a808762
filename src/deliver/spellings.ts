/** One after the other, the places of a text: what may stand there, and how many characters of the text that is. */
type Place = { spellings: readonly string[]; characters: number }

/** A text in every spelling in which a receiver may send it back. */
export type Spelled = readonly Place[]

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/**
 * Places rather than whole texts, for encoders differ in which characters they escape, and some mix two ways: the
 * escapes of JSON (also of PHP and of Go, and JSON within JSON), of HTML, and of URLs and forms.
 */
export function spelled(text: string): Spelled {
  const parts = text.match(/[A-Za-z0-9]+|[^A-Za-z0-9]/gsu) ?? []
  return parts.map((part) => ({
    spellings: /^[A-Za-z0-9]/.test(part) ? [part] : spellingsOf(part),
    characters: part.length,
  }))
}

/**
 * The base64 of a text, by itself and as it stands in the base64 of a longer one, where it may begin at each of three
 * places; without what depends on its neighbours.
 */
export function base64Of(text: string): string[] {
  const inLonger = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const from = Math.ceil((before * 8) / 6)
    return bytes.toString('base64').slice(from, Math.floor((bytes.length * 8) / 6))
  })
  const all = [Buffer.from(text).toString('base64'), ...inLonger]
  return [...new Set(all.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')]))]
}

/**
 * Where a spelling ends that begins at a place of a text; -1 where none does. One whose first characters the text ends
 * in goes to its end. All spellings of a place are followed at once, so that no choice is taken back.
 *
 * @param least how many characters of it have to be there before the end of the text
 * @param steps how many comparisons are left; where none is, the answer means nothing
 */
export function endOf(
  spelledText: Spelled,
  { text, at, least, steps }: { text: string; at: number; least: number; steps: { left: number } },
): number {
  let ends: Iterable<number> = [at]
  let before = 0
  for (const { spellings, characters } of spelledText) {
    let next: Set<number> | null = null
    for (const end of ends) {
      for (const spelling of spellings) {
        if (--steps.left < 0) return -1
        if (text.startsWith(spelling, end)) {
          next ??= new Set()
          next.add(end + spelling.length)
        } else if (end + spelling.length > text.length && spelling.startsWith(text.slice(end))) {
          // Of an escape that is cut off, nothing is counted.
          const seen = before + (spellings.length === 1 ? text.length - end : 0)
          if (seen >= least) return text.length
        }
      }
    }
    if (next === null) return -1
    ends = next
    before += characters
  }
  return Math.max(...ends)
}

function spellingsOf(character: string): string[] {
  const point = character.codePointAt(0) ?? 0
  const units = Array.from({ length: character.length }, (_, i) => hex(character.charCodeAt(i), 4))
  const bytes = [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`).join('')
  const unicode = `\\u${units.join('\\u')}`
  const all = [
    character,
    quoted(character),
    `\\${character}`,
    unicode,
    upper(unicode),
    bytes,
    upper(bytes),
    NAMED[character] ?? character,
    `&#${point};`,
    `&#0${point};`,
    `&#x${hex(point, 2)};`,
    `&#x${upper(hex(point, 2))};`,
    character === ' ' ? '+' : character,
  ]
  return [...new Set(all.flatMap((one) => [one, quoted(one)]))]
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** The digits, and not the `u` of an escape. */
function upper(text: string): string {
  return text.replace(/[a-f]/g, (digit) => digit.toUpperCase())
}

import type { Page } from './pages.ts'

/** A command of a page, as one line. */
export interface DocumentedCommand {
  path: string
  line: number
  text: string
}

/** The commands of one `sh` block, in order. */
export interface Block {
  path: string
  commands: DocumentedCommand[]
  /** The `json` block above it in the page, which is what a file that it names would hold; null without one. */
  json: string | null
}

/** Every block of a page that is to be pasted into a shell. */
export function blocksOf({ path, lines }: Page): Block[] {
  const blocks: Block[] = []
  let json: string | null = null
  for (let i = 0; i < lines.length; i++) {
    const language = /^ *```(\w*)/.exec(lines[i] ?? '')?.[1]
    if (language === undefined) continue
    const begin = i + 1
    while (++i < lines.length && !/^ *```/.test(lines[i] ?? ''));
    const inside = lines.slice(begin, i)
    if (language === 'json') json = inside.join('\n')
    if (['sh', 'bash', 'shell', 'console'].includes(language)) {
      blocks.push({ path, json, commands: commandsOf(path, begin + 1, inside) })
    }
  }
  return blocks
}

/** Lines that end with a backslash, or within quotation marks, go on in the next one. */
function commandsOf(path: string, first: number, lines: readonly string[]): DocumentedCommand[] {
  const commands: DocumentedCommand[] = []
  let text = ''
  for (const [i, line] of lines.entries()) {
    text += text === '' ? line.trim() : `\n${line}`
    if (/\\$/.test(line) || isQuoted(text)) continue
    if (text !== '') commands.push({ path, line: first + i - text.split('\n').length + 1, text })
    text = ''
  }
  return commands
}

function isQuoted(text: string): boolean {
  let open: string | null = null
  for (const [i, char] of [...text].entries()) {
    if (open === null && char === '#' && (i === 0 || text[i - 1] === ' ')) return false
    if (open === null ? char === "'" || char === '"' : char === open) open = open === null ? char : null
  }
  return open !== null
}

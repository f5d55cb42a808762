import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command, Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { environment } from '../../src/config/schema.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).filter(
  (file) => !file.includes('node_modules'),
)
const HELD = ['docs/concepts.md', 'docs/verifying.md', 'docs/troubleshooting.md', 'docs/comparison.md']

/** The anchor that GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

function anchorsOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading.trim()))
}

test('every link from one page to another leads to a page and a heading that are there', () => {
  const broken = PAGES.flatMap((page) => {
    const prose = read(page).replaceAll(/^```[\s\S]*?^```/gm, '')
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        if (!existsSync(join(ROOT, target))) return true
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor)
      })
      .map((link) => `${page}: ${link}`)
  })
  expect(broken).toEqual([])
})

/** Words of a line as a shell has them, without what stands behind a #. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  const end = words.findIndex((word) => word.startsWith('#'))
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replaceAll(/["']/g, ''))
}

/** Why the command line would not take this; null where it would. */
function refusalOf(line: string): string | null {
  let command: Command = createProgram()
  let words = wordsOf(line).slice(1)
  for (;;) {
    const [verb = ''] = words
    const found = command.commands.find((one) => one.name() === verb)
    if (found === undefined) break
    command = found
    words = words.slice(1)
  }
  if (command.commands.length > 0) return `there is no ${words[0]}`
  command.exitOverride((error) => {
    throw error
  })
  command.configureOutput({ writeErr: () => undefined })
  try {
    const { operands, unknown } = command.parseOptions(words)
    if (unknown.length > 0) return `it does not know ${unknown.join(' ')}`
    const needed = command.registeredArguments.filter(({ required }) => required).length
    if (operands.length < needed || operands.length > command.registeredArguments.length) {
      return `it takes other words than ${operands.join(' ')}`
    }
    const missing = command.options.find(
      (option: Option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
    )
    return missing === undefined ? null : `it needs ${missing.flags}`
  } catch (error) {
    return (error as Error).message
  }
}

/** What a page has people type: lines of shell, and code in a sentence that has more than a verb. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) =>
    block.split('\n'),
  )
  const inline = [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`(ringpost [^`]+)`/g)].map(
    ([, code = '']) => code,
  )
  return [...blocks.map((line) => line.trim()), ...inline].filter((line) => line.startsWith('ringpost '))
}

describe.each(HELD)('%s', (page) => {
  const text = read(page)

  test('has commands that the command line takes', () => {
    const refused = commandsOf(text)
      .map((line) => [line, refusalOf(line)])
      .filter(([, why]) => why !== null)
    expect(refused).toEqual([])
  })

  test('names variables that there are', () => {
    const names = [...text.matchAll(/\b((?:RINGPOST|ELEVENLABS)_[A-Z_]+)\b/g)].map(([, name = '']) => name)
    const clients = new Set(['RINGPOST_URL'])
    expect(names.filter((name) => !(name in environment.shape) && !clients.has(name))).toEqual([])
  })
})

test('a command that is wrong is noticed', () => {
  expect(refusalOf('ringpost endpoints recover ep_1 --since 2d --dry-run # counts')).toBeNull()
  expect(refusalOf('ringpost endpoints recover ep_1 --dry-run')).toContain('--since')
  expect(refusalOf('ringpost endpoints recover ep_1 --since 2d --sometimes')).toContain('--sometimes')
  expect(refusalOf('ringpost endpoints recover ep_1 --since 2fortnights')).toContain('2fortnights')
  expect(refusalOf('ringpost endpoints mend ep_1')).toContain('mend')
  expect(refusalOf('ringpost sources accept src_1 --as nothing')).toContain('nothing')
  expect(refusalOf('ringpost sources poll')).toContain('other words')
})

/** Texts of a source file, each as its fixed parts: what stands between the `${…}` of a template. */
function textsIn(source: string): string[][] {
  const texts: string[][] = []
  const code = source.replaceAll(/^\s*(?:\*|\/\*\*|\/\/).*$/gm, '')
  for (const [, single, double] of code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g)) {
    texts.push([withoutEscapes(single ?? double ?? '')])
  }
  for (let at = code.indexOf('`'); at !== -1; at = code.indexOf('`', at + 1)) texts.push(template(code, at))
  return texts
}

/** The fixed parts of the template that begins here; those inside of it are read when it is their turn. */
function template(code: string, start: number): string[] {
  const parts = ['']
  for (let at = start + 1, depth = 0; at < code.length; at++) {
    const char = code[at] ?? ''
    if (depth === 0 && char === '`') break
    if (depth === 0 && char === '$' && code[at + 1] === '{') {
      depth = 1
      at++
      parts.push('')
    } else if (depth > 0) depth += char === '{' ? 1 : char === '}' ? -1 : 0
    else if (char === '\\') parts[parts.length - 1] += code[++at] ?? ''
    else parts[parts.length - 1] += char
  }
  return parts
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1')
}

const TEXTS = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => file !== 'src/client/schema.ts')
  .flatMap((file) => textsIn(read(file)))
  .filter((parts) => parts.some((part) => part.length >= 10))

/** What of a message no text of the source has: what remains are names and numbers, where it is one. */
function unknownIn(message: string): string {
  const known = new Array<boolean>(message.length).fill(false)
  for (const parts of TEXTS) {
    const spans: [number, number][] = []
    let from = 0
    for (const part of parts) {
      const at = message.indexOf(part, from)
      if (at === -1) break
      spans.push([at, at + part.length])
      from = at + part.length
    }
    if (spans.length === parts.length) for (const [start, end] of spans) known.fill(true, start, end)
  }
  return [...message].filter((_, at) => !known[at]).join('')
}

/** A word of a sentence that is in no source is a word too many; ids, hosts, numbers and units are not words. */
function strangers(message: string): string[] {
  const left = unknownIn(message)
  return [...left.matchAll(/[a-z]+ [a-z]+ [a-z]+/gi)]
    .map(([words]) => words)
    .concat(left.length > message.length * 0.5 ? [left] : [])
}

test('what docs/troubleshooting.md quotes is what ringpost says', () => {
  const quotes = [...read('docs/troubleshooting.md').matchAll(/^ *> (.+)$/gm)].map(([, quote = '']) => quote)
  expect(quotes.length).toBeGreaterThan(30)
  expect(quotes.map((quote) => [quote, strangers(quote)]).filter(([, left]) => left?.length)).toEqual([])
})

test('what ringpost does not say is noticed', () => {
  expect(
    strangers('api.example.com refused the API key (401): buy another one, for this one is old.'),
  ).not.toEqual([])
  expect(strangers('head poll: 100 rows in one request; nothing at all.')).not.toEqual([])
  expect(strangers('The endpoint is not there any more and somebody has to look at it.')).not.toEqual([])
})

test('docs/comparison.md has a source for each row about somebody else, and says of when it is', () => {
  const text = read('docs/comparison.md')
  expect(text).toMatch(/^As of \w+ 20\d\d\./m)
  const rows = [...text.matchAll(/^\| \*\*(\w+)\*\* \|(.*)\|$/gm)].filter(([, name]) => name !== 'ringpost')
  expect(rows.length).toBeGreaterThanOrEqual(10)
  expect(rows.filter(([, , cells = '']) => (cells.match(/\]\(https:/g) ?? []).length < 3)).toEqual([])
})

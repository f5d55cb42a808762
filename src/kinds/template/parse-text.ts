import { FILTERS } from './filters.ts'
import type { Part, Placeholder } from './template.ts'

/** What an event has at its root. */
const ROOTS = ['id', 'type', 'timestamp', 'data']
const NAME = /^[^\s|.{}"]+$/

/** What is wrong with a text, and at which character, from 1. */
export interface TextProblem {
  at: number
  message: string
}

/** Reads a text of a template into what stands as it is and what is put in. */
export function parseText(text: string): { parts: Part[] } | TextProblem {
  const parts: Part[] = []
  let from = 0
  while (from < text.length) {
    const open = text.indexOf('{{', from)
    if (open === -1) break
    const close = text.indexOf('}}', open)
    if (close === -1) return { at: open + 1, message: 'has a {{ that no }} follows' }
    const placeholder = parsePlaceholder(text.slice(open + 2, close))
    if (typeof placeholder === 'string') return { at: open + 1, message: placeholder }
    if (open > from) parts.push(text.slice(from, open))
    parts.push(placeholder)
    from = close + 2
  }
  if (from < text.length) parts.push(text.slice(from))
  return { parts }
}

/** Filters of one placeholder. */
const MOST_FILTERS = 5

/** @returns what is wrong with it, where something is */
function parsePlaceholder(inside: string): Placeholder | string {
  const [first = '', ...rest] = splitAtBars(inside)
  const path = first.trim().split('.')
  if (!path.every((name) => NAME.test(name))) {
    return 'needs a path of names with dots between them, such as data.user.user_id'
  }
  if (!ROOTS.includes(path[0] ?? '')) return `has a path that begins with none of ${ROOTS.join(', ')}`
  const filters: Placeholder['filters'] = []
  for (const one of rest) {
    const filter = parseFilter(one.trim())
    if (typeof filter === 'string') return filter
    filters.push(filter)
  }
  if (filters.length > MOST_FILTERS) return `has more than ${MOST_FILTERS} filters`
  // Each time it is as long again, and a text of a hundred characters would fill the memory.
  if (filters.filter(({ name }) => name === 'json').length > 1) return 'has the filter json more than once'
  return { path, filters }
}

function parseFilter(text: string): Placeholder['filters'][number] | string {
  const [, name = '', given] = /^([^:\s]*)\s*(?::\s*(.*))?$/s.exec(text) ?? []
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined
  if (filter === undefined)
    return `has no filter ${name || '(none)'}: there are ${Object.keys(FILTERS).join(', ')}`
  const argument = given === undefined ? undefined : literal(given)
  if (argument instanceof Error)
    return `has an argument of ${name} that is no text in quotation marks, number, true, false or null`
  const problem = filter.problem(argument)
  return problem === null ? { name, argument } : `has a filter ${name} that ${problem}`
}

function literal(text: string): string | number | boolean | null | Error {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
      ? new Error()
      : (value as string | number | boolean | null)
  } catch {
    return new Error()
  }
}

/** At each `|` outside of quotation marks. In one go: a pattern would read on to the end from each mark that none follows. */
function splitAtBars(text: string): string[] {
  const parts: string[] = []
  let from = 0
  let quotes = true
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"' && quotes) {
      const end = endOfQuote(text, at)
      if (end === -1) quotes = false
      else at = end
    } else if (text[at] === '|') {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

/** Where the quotation that begins there ends; -1 where it does not, and then none that begins later does. */
function endOfQuote(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return -1
}

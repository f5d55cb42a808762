import { isTooDeep } from '../../too-deep.ts'
import { parseText } from './parse-text.ts'

export const TEMPLATE_LIMITS = { characters: 16_384, depth: 20, placeholders: 100 }

/** What is wrong with a template, and where in it. */
export interface TemplateProblem {
  path: string[]
  /** Completes "<path> …". */
  message: string
}

/** Everything that is wrong with a template, before anything is made of it. */
export function templateProblems(template: unknown): TemplateProblem[] {
  if (typeof template !== 'object' || template === null) {
    return [{ path: [], message: 'must be an object or a list' }]
  }
  // First, for what follows walks through all of it; and where it begins, for the whole path would be as long.
  const deep = Object.entries(template).filter(([, value]) => isTooDeep(value, TEMPLATE_LIMITS.depth - 1))
  if (deep.length > 0) {
    return deep.map(([name]) => ({
      path: [name],
      message: `is nested deeper than ${TEMPLATE_LIMITS.depth}`,
    }))
  }
  if (JSON.stringify(template).length > TEMPLATE_LIMITS.characters) {
    return [{ path: [], message: `must have at most ${TEMPLATE_LIMITS.characters} characters as JSON` }]
  }
  const problems: TemplateProblem[] = []
  let placeholders = 0

  function visit(value: unknown, path: string[]): void {
    if (typeof value === 'string') {
      const read = parseText(value)
      if ('message' in read) problems.push({ path, message: `${read.message} (character ${read.at})` })
      else placeholders += read.parts.filter((part) => typeof part !== 'string').length
      return
    }
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name])
  }
  visit(template, [])
  if (placeholders > TEMPLATE_LIMITS.placeholders) {
    problems.push({ path: [], message: `must have at most ${TEMPLATE_LIMITS.placeholders} placeholders` })
  }
  return problems
}

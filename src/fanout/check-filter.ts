import { OPERATORS } from './filter.ts'

/** A fault of a filter: where, from the filter's root, and what completes "<path> …". */
export interface FilterProblem {
  path: string[]
  message: string
}

/** Bounds, so that a filter costs about the same as the event that it is held against. */
export const FILTER_LIMITS = {
  paths: 20,
  pathLength: 200,
  depth: 10,
  literals: 100,
  textLength: 500,
} as const

const ROOTS = ['data', 'id', 'timestamp', 'type']

/**
 * All that is wrong with what someone sent as a filter. A path that no event can have, an operator that there
 * is not and a number where there must be a text are told here, for at delivery they would be silence.
 *
 * @returns an empty list where it is a `Filter`
 */
export function filterProblems(input: unknown): FilterProblem[] {
  if (!isObject(input)) return [{ path: [], message: 'must be an object' }]
  const entries = Object.entries(input)
  if (entries.length === 0) {
    return [{ path: [], message: 'must have at least 1 entry; null means that everything passes' }]
  }
  if (entries.length > FILTER_LIMITS.paths) {
    return [{ path: [], message: `must have at most ${FILTER_LIMITS.paths} entries` }]
  }
  return entries.flatMap(([path, condition]) => {
    const fault = pathFault(path)
    return fault === null ? conditionProblems(path, condition) : [{ path: [path], message: fault }]
  })
}

function pathFault(path: string): string | null {
  const names = path.split('.')
  if (path.length > FILTER_LIMITS.pathLength)
    return `must have at most ${FILTER_LIMITS.pathLength} characters`
  if (names.includes('')) return 'is not a path: names with one dot between them, such as data.user.user_id'
  if (names.length > FILTER_LIMITS.depth) return `must have at most ${FILTER_LIMITS.depth} names`
  if (!ROOTS.includes(names[0] ?? '')) {
    return 'is not a path of an event: it begins with data, or is id, timestamp or type'
  }
  if (names[0] === 'data' ? names.length === 1 : names.length > 1) {
    return names.length === 1
      ? 'is a whole object: name something in it, such as data.user.user_id'
      : `has nothing in it: ${names[0]} is a text`
  }
  return null
}

function conditionProblems(path: string, condition: unknown): FilterProblem[] {
  if (Array.isArray(condition)) return listProblems([path], condition)
  if (!isObject(condition)) {
    return [
      { path: [path], message: 'must be a list of values or an object of operators, such as {"gte": 10}' },
    ]
  }
  const operators = Object.entries(condition)
  if (operators.length === 0)
    return [{ path: [path], message: `must have an operator (${OPERATORS.join(', ')})` }]
  return operators.flatMap(([name, operand]) => operandProblems([path, name], name, operand))
}

function operandProblems(path: string[], name: string, operand: unknown): FilterProblem[] {
  const need = (ok: boolean, message: string) => (ok ? [] : [{ path, message }])
  switch (name) {
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return need(typeof operand === 'number' && Number.isFinite(operand), 'must be a number')
    case 'exists':
      return need(typeof operand === 'boolean', 'must be true or false')
    case 'prefix':
    case 'suffix': {
      const length = typeof operand === 'string' ? operand.length : 0
      return need(length > 0 && length <= FILTER_LIMITS.textLength, `must be ${TEXT}, and not empty`)
    }
    case 'contains':
      return need(isLiteral(operand) && operand !== '', `must be ${LITERAL}, and not empty`)
    case 'eq':
    case 'ne':
      return need(isLiteral(operand), `must be ${LITERAL}`)
    case 'in':
    case 'not_in':
      return Array.isArray(operand) ? listProblems(path, operand) : need(false, 'must be a list of values')
    default:
      return need(false, `is not an operator; there are ${OPERATORS.join(', ')}`)
  }
}

function listProblems(path: string[], list: readonly unknown[]): FilterProblem[] {
  if (list.length === 0) return [{ path, message: 'must have at least 1 entry, or nothing would pass' }]
  if (list.length > FILTER_LIMITS.literals) {
    return [{ path, message: `must have at most ${FILTER_LIMITS.literals} entries` }]
  }
  return list.flatMap((value, n) =>
    isLiteral(value) ? [] : [{ path: [...path, String(n)], message: `must be ${LITERAL}` }],
  )
}

const TEXT = `a text of at most ${FILTER_LIMITS.textLength} characters`
const LITERAL = `${TEXT}, a number, true, false or null`

function isLiteral(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= FILTER_LIMITS.textLength
  return value === null || typeof value === 'boolean' || Number.isFinite(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

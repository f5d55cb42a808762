import type { Event } from '../types.ts'

/** What a value of an event can be compared with. */
export type Literal = string | number | boolean | null

/** Comparisons of one value, all of which must hold. */
export interface Comparison {
  eq?: Literal
  ne?: Literal
  in?: readonly Literal[]
  not_in?: readonly Literal[]
  gt?: number
  gte?: number
  lt?: number
  lte?: number
  exists?: boolean
  prefix?: string
  suffix?: string
  contains?: Literal
}

/**
 * A pattern on an event: by dotted path, the values that are allowed or comparisons. All paths must hold.
 *
 * @example { "data.user.last_contact_agent_id": ["agent_x"], "data.user.conversation_count": { "gte": 10 } }
 */
export type Filter = Readonly<Record<string, readonly Literal[] | Comparison>>

type Operator = keyof Comparison

/** `value` is undefined where the event has nothing at the path. */
type Test<Operand> = (value: unknown, operand: Operand) => boolean

/**
 * Every operator. Nothing is converted: "10" is not 10, and only numbers are greater than numbers. What an
 * event does not have differs from everything, so that `ne` and `not_in` hold there and the others do not.
 */
const TESTS: { [Name in Operator]-?: Test<Exclude<Comparison[Name], undefined>> } = {
  eq: (value, operand) => value === operand,
  ne: (value, operand) => value !== operand,
  in: (value, operand) => isOneOf(value, operand),
  not_in: (value, operand) => !isOneOf(value, operand),
  gt: (value, operand) => typeof value === 'number' && value > operand,
  gte: (value, operand) => typeof value === 'number' && value >= operand,
  lt: (value, operand) => typeof value === 'number' && value < operand,
  lte: (value, operand) => typeof value === 'number' && value <= operand,
  exists: (value, operand) => (value !== undefined) === operand,
  prefix: (value, operand) => typeof value === 'string' && value.startsWith(operand),
  suffix: (value, operand) => typeof value === 'string' && value.endsWith(operand),
  contains: (value, operand) =>
    typeof value === 'string'
      ? typeof operand === 'string' && value.includes(operand)
      : Array.isArray(value) && value.includes(operand),
}

export const OPERATORS = Object.keys(TESTS) as readonly Operator[]

/** Whether an event passes a filter. Total: no event and no filter makes it throw. */
export function matchesFilter(event: Event, filter: Filter): boolean {
  return Object.entries(filter).every(([path, condition]) => holds(valueAt(event, path), condition))
}

function holds(value: unknown, condition: readonly Literal[] | Comparison): boolean {
  if (isList(condition)) return isOneOf(value, condition)
  return Object.entries(condition).every(([name, operand]) => {
    // An operator of a newer version holds nowhere.
    const test = Object.hasOwn(TESTS, name) ? (TESTS[name as Operator] as Test<unknown>) : null
    return test?.(value, operand) ?? false
  })
}

/** Own properties of objects only: neither a prototype nor a place in a list or a text has a path. */
function valueAt(event: Event, path: string): unknown {
  let value: unknown = event
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function isOneOf(value: unknown, literals: readonly Literal[]): boolean {
  return literals.some((literal) => literal === value)
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(condition: readonly Literal[] | Comparison): condition is readonly Literal[] {
  return Array.isArray(condition)
}

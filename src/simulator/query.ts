import type { ConversationFilter } from './tally.ts'
import type { SortDirectionMode } from './types.ts'
import { SORT_FIELDS, type ViewSpec } from './views.ts'

export interface UsersQuery {
  view: ViewSpec
  page_size: number
  /** Null: the first page. An empty cursor is read as none, as many servers do. */
  cursor: string | null
  /** An exact user id. Empty is read as none. */
  search: string | null
}

/** One entry of a 422 body, as FastAPI writes it. */
export interface QueryProblem {
  loc: string[]
  msg: string
  type: string
  input: string
}

/** Reads the query of `GET /v1/convai/users`. Unknown parameters are ignored, as upstream does. */
export function parseUsersQuery(
  params: URLSearchParams,
  sortDirection: SortDirectionMode,
): { query: UsersQuery } | { problems: QueryProblem[] } {
  const problems: QueryProblem[] = []

  function problem(name: string, type: string, msg: string): null {
    problems.push({ loc: ['query', name], msg, type, input: params.get(name) ?? '' })
    return null
  }

  function integer(name: string, min: number, max: number): number | null {
    const text = params.get(name)
    if (text === null) return null
    if (!/^\s*[+-]?\d+\s*$/.test(text)) {
      const reason = 'Input should be a valid integer, unable to parse string as an integer'
      return problem(name, 'int_parsing', reason)
    }
    const value = Number(text)
    if (value < min) {
      return problem(name, 'greater_than_equal', `Input should be greater than or equal to ${min}`)
    }
    if (value > max) return problem(name, 'less_than_equal', `Input should be less than or equal to ${max}`)
    return value
  }

  function oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const text = params.get(name)
    if (text === null) return null
    const value = allowed.find((candidate) => candidate === text)
    const list = allowed.map((candidate) => `'${candidate}'`)
    return value ?? problem(name, 'enum', `Input should be ${list.slice(0, -1).join(', ')} or ${list.at(-1)}`)
  }

  const filter: ConversationFilter = {
    agent_id: params.get('agent_id') || null,
    branch_id: params.get('branch_id') || null,
    call_start_before_unix: integer(
      'call_start_before_unix',
      Number.MIN_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ),
    call_start_after_unix: integer('call_start_after_unix', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  }
  const page_size = integer('page_size', 1, 100) ?? 30
  const sort_by = oneOf('sort_by', SORT_FIELDS) ?? 'last_contact_unix_secs'
  let direction: 'asc' | 'desc' = 'desc'
  if (sortDirection === 'honoured') direction = oneOf('sort_direction', ['asc', 'desc'] as const) ?? 'desc'
  else if (sortDirection === 'always_asc') direction = 'asc'
  else if (sortDirection === 'refused' && params.has('sort_direction')) {
    problem('sort_direction', 'extra_forbidden', 'Extra inputs are not permitted')
  }

  if (problems.length > 0) return { problems }
  const unfiltered = Object.values(filter).every((value) => value === null)
  return {
    query: {
      view: { sort_by, sort_direction: direction, filter: unfiltered ? null : filter },
      page_size,
      cursor: params.get('cursor') || null,
      search: params.get('search') || null,
    },
  }
}

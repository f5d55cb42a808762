import { z } from 'zod'
import type { UserRow } from '../types.ts'
import { UpstreamError } from './upstream-error.ts'

/** A row that could not be read, kept to be shown. */
export interface UnreadableRow {
  /** The row as JSON, at most 4 KB. */
  row: string
  reason: string
}

/** One page of the list. `nextCursor` is null at the end of the list. */
export interface UsersPage {
  rows: UserRow[]
  unreadable: UnreadableRow[]
  nextCursor: string | null
}

// Half of the safe range, so that sums and differences of two values are exact.
const LIMIT = 2 ** 52
const integer = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.0+)?$/, 'is not a number')
    .transform(Number),
])
const count = integer.pipe(z.number().int().min(0).max(LIMIT))
const secs = integer.pipe(z.number().min(-LIMIT).max(LIMIT).transform(Math.floor))
// What is not required must never cost a row: an unexpected value reads as null and stays in `raw`.
const optionalText = z
  .string()
  .nullish()
  .catch(null)
  .transform((text) => text ?? null)

const rowSchema = z.object({
  user_id: z.string().refine((id) => id.isWellFormed(), 'is not well-formed Unicode'),
  conversation_count: count,
  last_contact_unix_secs: secs,
  first_contact_unix_secs: secs
    .nullish()
    .catch(null)
    .transform((value) => value ?? null),
  last_contact_conversation_id: optionalText,
  last_contact_agent_id: optionalText,
  last_contact_agent_name: optionalText,
})

const pageSchema = z.object({
  users: z.array(z.unknown()),
  has_more: z.boolean().nullish(),
  next_cursor: z.string().nullish(),
})

/**
 * Reads a page leniently: only user id, last contact and count are required of a row, and a row without
 * them is set aside, for the vendor's schema has changed six times in six months.
 *
 * @throws UpstreamError `bad_page` where the body as a whole is not a page of the list
 */
export function readPage(body: string): UsersPage {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (cause) {
    throw new UpstreamError('bad_page', 'The upstream answered 200 with something that is not JSON.', {
      cause,
    })
  }
  const page = pageSchema.safeParse(json)
  if (!page.success) {
    throw new UpstreamError('bad_page', 'The upstream answered 200 with JSON that is not a page of users.')
  }
  const rows: UserRow[] = []
  const unreadable: UnreadableRow[] = []
  for (const item of page.data.users) {
    const row = rowSchema.safeParse(item)
    if (row.success) rows.push(toRow(row.data, item))
    else unreadable.push({ row: JSON.stringify(item).slice(0, 4096), reason: reasonOf(row.error) })
  }
  const { has_more, next_cursor } = page.data
  if (has_more === true && !next_cursor) {
    throw new UpstreamError(
      'bad_page',
      'The upstream said that more users follow and gave no cursor to them.',
    )
  }
  // `has_more: false` is the end even where a cursor came along.
  return { rows, unreadable, nextCursor: has_more === false ? null : next_cursor || null }
}

function toRow(row: z.output<typeof rowSchema>, item: unknown): UserRow {
  const raw = item as Record<string, unknown>
  return { ...row, sentiment: raw.sentiment ?? null, raw }
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`).join('; ')
}

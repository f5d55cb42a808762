import { z } from 'zod'
import { isTooDeep } from '../too-deep.ts'
import type { UnixSecs, UserRow } from '../types.ts'
import { UpstreamError } from './upstream-error.ts'

/** A row that could not be read, kept to be shown. */
export interface UnreadableRow {
  /** The row as JSON, at most 4 KB. */
  row: string
  reason: string
}

/** What can be told of a user whose row as a whole cannot be read. */
export interface UnreadUser {
  user_id: string
  first_contact_unix_secs: UnixSecs | null
  last_contact_unix_secs: UnixSecs | null
}

/** One page of the list. `nextCursor` is null at the end of the list. */
export interface UsersPage {
  rows: UserRow[]
  unreadable: UnreadableRow[]
  /** Of the unreadable rows, those whose user is known. */
  unread: UnreadUser[]
  nextCursor: string | null
}

// Half of the safe range, so that sums and differences of two values are exact.
const LIMIT = 2 ** 52
/** In bytes. An id is kept with each user, and is a part of each event, of a URL, and of a Redis key's field. */
export const LONGEST_USER_ID = 4_096
/** A page is asked for a hundred. Some more are read, but not millions that fit into its bytes. */
const MOST_ROWS = 10_000
/** In characters: it is kept with the scan, and sent in a URL. */
const LONGEST_CURSOR = 8_192
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

const optionalSecs = secs
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

const rowSchema = z.object({
  user_id: z
    .string()
    .refine((id) => id.isWellFormed(), 'is not well-formed Unicode')
    .refine(isShort, 'is longer than 4 KB'),
  conversation_count: count,
  last_contact_unix_secs: secs,
  first_contact_unix_secs: optionalSecs,
  last_contact_conversation_id: optionalText,
  last_contact_agent_id: optionalText,
  last_contact_agent_name: optionalText,
})

const unreadSchema = z.object({
  user_id: rowSchema.shape.user_id,
  first_contact_unix_secs: optionalSecs,
  last_contact_unix_secs: optionalSecs,
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
  if (page.data.users.length > MOST_ROWS) {
    throw new UpstreamError(
      'bad_page',
      `The upstream sent a page of over ${MOST_ROWS.toLocaleString('en-US')} users.`,
    )
  }
  if ((page.data.next_cursor ?? '').length > LONGEST_CURSOR) {
    throw new UpstreamError('bad_page', 'The upstream gave a cursor of over 8 KB.')
  }
  const rows: UserRow[] = []
  const unreadable: UnreadableRow[] = []
  const unread: UnreadUser[] = []
  for (const item of page.data.users) {
    const usual = usualRow(item)
    if (usual !== null) {
      rows.push(usual)
      continue
    }
    const read = readRow(item)
    if ('row' in read) rows.push(read.row)
    else {
      unreadable.push({ row: rowText(item), reason: read.reason })
      const user = unreadSchema.safeParse(item)
      if (user.success) unread.push(user.data)
    }
  }
  const { has_more, next_cursor } = page.data
  if (has_more === true && !next_cursor) {
    throw new UpstreamError(
      'bad_page',
      'The upstream said that more users follow and gave no cursor to them.',
    )
  }
  // `has_more: false` is the end even where a cursor came along.
  return { rows, unreadable, unread, nextCursor: has_more === false ? null : next_cursor || null }
}

/** How a page ends behind which others follow, as upstream documents it. */
const END = /"has_more"\s*:\s*true\s*,\s*"next_cursor"\s*:\s*"([^"\\]+)"\s*\}\s*$/
/** How far from its end that can begin (characters). */
const END_BEGINS = LONGEST_CURSOR + 100

/**
 * The cursor to the page behind this one, where it stands at the end of the text; null where the page has to be read
 * for it. In a page that can be read it is the cursor that `readPage` finds: nothing but the page itself ends there.
 */
export function cursorAtEnd(body: string): string | null {
  return END.exec(body.slice(-END_BEGINS))?.[1] ?? null
}

/**
 * The row, where each of its fields is of the kind that upstream documents; null where the schema has to look.
 * A shortcut and no second opinion: what it returns is what the schema would have, at a tenth of the time, which
 * counts where a scan reads a million rows.
 */
export function usualRow(item: unknown): UserRow | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null
  const raw = item as Record<string, unknown>
  const { user_id, conversation_count, last_contact_unix_secs, first_contact_unix_secs: first } = raw
  const { last_contact_conversation_id, last_contact_agent_id, last_contact_agent_name } = raw
  if (
    typeof user_id !== 'string' ||
    !user_id.isWellFormed() ||
    !isShort(user_id) ||
    !isWithinLimit(conversation_count) ||
    conversation_count < 0 ||
    !Number.isInteger(conversation_count) ||
    !isWithinLimit(last_contact_unix_secs) ||
    !(first === null || isWithinLimit(first)) ||
    !isTextOrNull(last_contact_conversation_id) ||
    !isTextOrNull(last_contact_agent_id) ||
    !isTextOrNull(last_contact_agent_name)
  ) {
    return null
  }
  return {
    user_id,
    conversation_count,
    last_contact_unix_secs: Math.floor(last_contact_unix_secs),
    first_contact_unix_secs: first === null ? null : Math.floor(first),
    last_contact_conversation_id,
    last_contact_agent_id,
    last_contact_agent_name,
    sentiment: raw.sentiment ?? null,
    raw,
  }
}

/** In UTF-8, which has at most three bytes for each of JavaScript's units. */
function isShort(userId: string): boolean {
  return userId.length <= LONGEST_USER_ID / 3 || Buffer.byteLength(userId) <= LONGEST_USER_ID
}

function isWithinLimit(value: unknown): value is number {
  return typeof value === 'number' && value >= -LIMIT && value <= LIMIT
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function rowText(item: unknown): string {
  if (!isTooDeep(item)) return JSON.stringify(idFirst(item)).slice(0, 4096)
  const { user_id } = item as { user_id?: unknown }
  return JSON.stringify(typeof user_id === 'string' ? { user_id } : {}).slice(0, 4096)
}

/** The row with its user's id in front, so that a row which is cut off can still be found by it and erased. */
function idFirst(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, 'user_id')) return item
  return { user_id: (item as { user_id: unknown }).user_id, ...item }
}

/** The row as the schema reads it, or why it cannot be read. */
export function readRow(item: unknown): { row: UserRow } | { reason: string } {
  const row = rowSchema.safeParse(item)
  return row.success ? { row: toRow(row.data, item) } : { reason: reasonOf(row.error) }
}

function toRow(row: z.output<typeof rowSchema>, item: unknown): UserRow {
  const raw = item as Record<string, unknown>
  return { ...row, sentiment: raw.sentiment ?? null, raw }
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`).join('; ')
}

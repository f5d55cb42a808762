import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { parseHttpDate } from '../http/http-date.ts'
import { HttpFailure, request } from '../http/request.ts'
import type { UnixMs, UnixSecs } from '../types.ts'
import { classifyResponse, readErrorDetail } from './classify-response.ts'
import { cursorAtEnd, readPage, type UsersPage } from './read-page.ts'
import { GOES_ON, UpstreamError } from './upstream-error.ts'

/** Where and what to list. */
export interface UsersQuery {
  baseUrl: string
  apiKey: string
  agentId: string | null
  branchId: string | null
  cursor: string | null
  /** Only the user of this very id. */
  search?: string
}

/** A page with what its transport told. */
export interface ListedPage extends UsersPage {
  /** From the Date header, so that no clock but the server's decides; our own where it is missing. */
  serverTime: UnixSecs
  /** How many requests it took. */
  requests: number
}

/**
 * Lists one page.
 *
 * @param onCursor told of the cursor to the next page as soon as it is known, which can be before the page is read, so
 *   that the next one can be on its way meanwhile; or not at all
 */
export type ListUsers = (
  query: UsersQuery,
  signal?: AbortSignal,
  onCursor?: (cursor: string) => void,
) => Promise<ListedPage>

const PAGE_SIZE = 100
const MAX_BODY_BYTES = 32 * 1024 * 1024
/** A poll that hangs must end early enough for the next one to notice soon that upstream is back (backoff.ts). */
const DEADLINE_MS = 20_000

/**
 * Makes the call `GET /v1/convai/users`, one page at a time, newest contact first. One deadline covers DNS,
 * connect, headers and the whole body; redirects are never followed, for the key would travel with them.
 *
 * @throws UpstreamError classified by what the poller should do
 */
export function createListUsers(deps: {
  dispatcher: Dispatcher
  now: () => UnixMs
  deadlineMs?: number
}): ListUsers {
  // Deployments older than `sort_direction` answer 422 to it; newest first is their only order.
  const withoutDirection = new Set<string>()

  async function get(query: UsersQuery, signal: AbortSignal | undefined) {
    const url = usersUrl(query, !withoutDirection.has(query.baseUrl))
    try {
      return await request(deps.dispatcher, {
        method: 'GET',
        url,
        headers: { 'xi-api-key': query.apiKey, accept: 'application/json' },
        deadlineMs: deps.deadlineMs ?? DEADLINE_MS,
        maxBytes: MAX_BODY_BYTES,
        ...(signal ? { signal } : {}),
      })
    } catch (error) {
      throw unreachable(error, url.host)
    }
  }

  return async function listUsers(query, signal, onCursor) {
    let response = await get(query, signal)
    let requests = 1
    if (response.status === 422 && refusesDirection(response.body) && !withoutDirection.has(query.baseUrl)) {
      withoutDirection.add(query.baseUrl)
      response = await get(query, signal)
      requests++
    }
    const host = new URL(query.baseUrl).host
    if (response.bodyError) throw unreachable(response.bodyError, host)
    if (response.truncated) {
      throw new UpstreamError('bad_page', `${host} sent a page of over 32 MB, which is not read.`)
    }
    const body = withoutKey(response.body.toString('utf8'), response.status, query.apiKey)
    const now = deps.now()
    if (response.status !== 200) {
      throw classifyResponse({ status: response.status, headers: response.headers, body, host, now })
    }
    const next = onCursor === undefined ? null : cursorAtEnd(body)
    if (next !== null) {
      onCursor?.(next)
      // undici writes a request in a later turn of the event loop.
      await nextTurn()
    }
    return { ...readPage(body), serverTime: serverTime(response.headers.date, now), requests }
  }
}

/** An error may repeat the key, and its message is logged, shown and sent to endpoints. */
function withoutKey(body: string, status: number, key: string): string {
  return status === 200 || key.length < 8 ? body : body.replaceAll(key, '…')
}

function usersUrl(query: UsersQuery, withDirection: boolean): URL {
  const params = new URLSearchParams({
    page_size: String(PAGE_SIZE),
    sort_by: 'last_contact_unix_secs',
    ...(withDirection ? { sort_direction: 'desc' } : {}),
    ...(query.agentId ? { agent_id: query.agentId } : {}),
    ...(query.branchId ? { branch_id: query.branchId } : {}),
    ...(query.search === undefined ? {} : { search: query.search }),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  })
  return new URL(`${query.baseUrl.replace(/\/+$/, '')}/v1/convai/users?${params}`)
}

function refusesDirection(body: Buffer): boolean {
  return readErrorDetail(body.toString('utf8')).codes.includes('invalid:sort_direction')
}

function serverTime(date: string | undefined, now: UnixMs): UnixSecs {
  const parsed = date === undefined ? null : parseHttpDate(date, now)
  return Math.floor((parsed ?? now) / 1000)
}

function unreachable(error: unknown, host: string): UpstreamError {
  if (!(error instanceof HttpFailure)) throw error
  const why = error.code === 'timeout' ? 'did not answer in time' : 'cannot be reached'
  return new UpstreamError(
    'passing',
    `${host} ${why} (${error.message.replace(/\.$/, '')})${GOES_ON}. Check the base URL and this machine's network if it stays so.`,
    { cause: error },
  )
}

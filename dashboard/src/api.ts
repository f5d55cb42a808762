import { createPageClient } from '../../src/client/client.ts'
import type { components } from '../../src/client/schema.ts'

type Schemas = components['schemas']
export type Source = Schemas['Source']
export type Poll = Schemas['Poll']
// openapi-fetch leaves out what can be anything.
export type Endpoint = Omit<Schemas['Endpoint'], 'template'> & { template?: unknown }
export type CreatedEndpoint = Omit<Schemas['CreatedEndpoint'], 'template'> & { template?: unknown }
export type DestinationKind = Schemas['DestinationKind']
export type Delivery = Schemas['Delivery']
export type DeliverySummary = Schemas['DeliverySummary']
export type RingpostEvent = Schemas['Event']
export type EventTypeInfo = Schemas['EventType']
export type User = Schemas['User']
export type Session = Schemas['Session']
export type About = Schemas['About']
export type Backfill = Schemas['Backfill']
export type BackfillWish = Schemas['BackfillWish']
export type ServerCheck = Schemas['Checks']['checks'][number]
export type Token = Schemas['Token']
export type Problem = Schemas['Problem']

/** A request that was refused or failed, with the API's own sentence about it. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** By the path of the field. */
  readonly fields: Record<string, string>

  constructor(problem: Partial<Problem>, status: number) {
    super(problem.detail ?? `ringpost answered ${status}.`)
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ path, message }) => [path, message]))
  }
}

/** Whatever went wrong, as something that can be shown. */
export function shownError(failure: unknown): ApiError {
  return failure instanceof ApiError ? failure : new ApiError({ detail: String(failure) }, 0)
}

/** Called when the session has ended, wherever that is noticed. */
let onSignedOut: () => void = () => undefined
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

async function send(request: Request): Promise<Response> {
  let response: Response
  try {
    response = await fetch(request)
  } catch (cause) {
    if (request.signal.aborted) throw cause
    throw new ApiError({ detail: 'ringpost does not answer. Is it running?', code: 'unreachable' }, 0)
  }
  // Signing in itself may be refused, and that is no session that ended.
  if (response.status === 401 && !request.url.endsWith('/v1/session')) onSignedOut()
  return response
}

export const api = createPageClient(send)

/** The good answer of a request. @throws ApiError */
export async function good<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await answer
  if (!response.ok) throw new ApiError(isProblem(error) ? error : {}, response.status)
  return (data ?? {}) as NonNullable<T>
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'detail' in error
}

/** All entries of a list that is short by its nature, such as sources and endpoints. */
export async function all<T>(
  page: (cursor: string | undefined) => Promise<{ data: T[]; next_cursor: string | null }>,
): Promise<T[]> {
  const found: T[] = []
  let cursor: string | undefined
  do {
    const { data, next_cursor } = await page(cursor)
    found.push(...data)
    cursor = next_cursor ?? undefined
  } while (cursor !== undefined && found.length < 2_000)
  return found
}

export const allSources = () =>
  all<Source>((cursor) => good(api.GET('/v1/sources', { params: { query: page(250, cursor) } })))
export const allEndpoints = () =>
  all<Endpoint>((cursor) => good(api.GET('/v1/endpoints', { params: { query: page(250, cursor) } })))
export const allEventTypes = () =>
  all<EventTypeInfo>((cursor) => good(api.GET('/v1/event-types', { params: { query: page(250, cursor) } })))

/** The query of a page; without `cursor` for the first. */
export function page(limit: number, cursor?: string | undefined) {
  return { limit, ...(cursor === undefined ? {} : { cursor }) }
}

/** The query of a page of a long list: whoever reads on reads much, in fewer requests. */
export function longPage(cursor: string | undefined) {
  return page(cursor === undefined ? 100 : 250, cursor)
}

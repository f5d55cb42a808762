import type { Dispatcher } from 'undici'
import { HttpFailure, request } from '../http/request.ts'
import type { UnixMs } from '../types.ts'
import { classifyResponse } from './classify-response.ts'
import { type Conversation, readConversation } from './read-conversation.ts'
import { UpstreamError } from './upstream-error.ts'

/** Where a conversation is. */
export interface ConversationQuery {
  baseUrl: string
  apiKey: string
  conversationId: string
}

/** Null where upstream does not have it, or not yet. */
export type GetConversation = (
  query: ConversationQuery,
  options: { deadlineMs: number; signal?: AbortSignal },
) => Promise<Conversation | null>

/** It comes with its whole transcript. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Ids that can stand in a path as they are; upstream's do. */
export function isConversationId(id: string | null): id is string {
  return id !== null && /^[\w-]{1,200}$/.test(id)
}

/**
 * Makes the call `GET /v1/convai/conversations/{id}`. Redirects are never followed, for the key would travel with
 * them.
 *
 * @throws UpstreamError classified by what is to be done
 */
export function createGetConversation(deps: { dispatcher: Dispatcher; now: () => UnixMs }): GetConversation {
  return async function getConversation({ baseUrl, apiKey, conversationId }, { deadlineMs, signal }) {
    const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v1/convai/conversations/${conversationId}`)
    const response = await request(deps.dispatcher, {
      method: 'GET',
      url,
      headers: { 'xi-api-key': apiKey, accept: 'application/json' },
      deadlineMs,
      maxBytes: MAX_BODY_BYTES,
      ...(signal ? { signal } : {}),
    }).catch((error: unknown) => {
      throw unreachable(error, url.host)
    })
    if (response.bodyError) throw unreachable(response.bodyError, url.host)
    if (response.status === 404) return null
    const body = response.body.toString('utf8')
    if (response.status !== 200) {
      // An error may repeat the key, and its message is logged.
      const safe = apiKey.length < 8 ? body : body.replaceAll(apiKey, '…')
      const { status, headers } = response
      throw classifyResponse({ status, headers, body: safe, host: url.host, now: deps.now() })
    }
    const read = response.truncated ? null : readConversation(conversationId, body)
    if (read === null) {
      throw new UpstreamError('bad_page', `${url.host} answered with something that is not a conversation.`)
    }
    return read
  }
}

function unreachable(error: unknown, host: string): UpstreamError {
  if (!(error instanceof HttpFailure)) throw error
  return new UpstreamError('passing', `${host} did not give a conversation: ${error.message}`, {
    cause: error,
  })
}

import { timingSafeEqual } from 'node:crypto'
import { type Answer, type ErrorShape, errorAnswer, json } from './answers.ts'
import { faultAnswer } from './fault-answer.ts'
import type { FaultQueue, ParsedFault } from './faults.ts'

export interface ApiRequest {
  method: string
  /** As it came, percent-encoded, without the query. */
  path: string
  params: URLSearchParams
  apiKey: string | undefined
  /** Where a redirect fault without a location leads. */
  otherHost: string
}

/** What `xi-api-key` must carry now. */
export interface Key {
  value: string
  /** A good key without the `convai_read` scope. */
  missingPermissions: boolean
}

const CONVERSATION = /^\/v1\/convai\/conversations\/([^/]+)$/

/** The routes of the ElevenLabs API that the simulator plays: fault, key, route, in this order. */
export function createApi(
  deps: {
    faults: Pick<FaultQueue, 'take'>
    key: Key
    listUsers: (params: URLSearchParams, fault: ParsedFault | null) => Answer
    getConversation: (id: string) => Answer
  },
  options: { errorShape: ErrorShape },
): (request: ApiRequest) => { answer: Answer; fault: ParsedFault | null } {
  function keyError(given: string | undefined): Answer | null {
    const refuse = (code: string, message: string) =>
      errorAnswer(401, { shape: options.errorShape, code, message })
    if (given === undefined || given === '') {
      return refuse('missing_api_key', 'No API key was given: send it in the xi-api-key header.')
    }
    if (!isSame(given, deps.key.value)) return refuse('invalid_api_key', 'Invalid API key')
    if (!deps.key.missingPermissions) return null
    const missing = 'The API key you used is missing the permission convai_read to execute this operation.'
    return refuse('missing_permissions', missing)
  }

  return ({ method, path, params, apiKey, otherHost }) => {
    const id = CONVERSATION.exec(path)?.[1]
    const route = path === '/v1/convai/users' ? 'users' : id === undefined ? null : 'conversations'
    if (route === null) return { answer: json(404, { detail: 'Not Found' }), fault: null }
    if (method !== 'GET') {
      return { answer: json(405, { detail: 'Method Not Allowed' }, { allow: 'GET' }), fault: null }
    }
    const fault = deps.faults.take({ route, hasCursor: Boolean(params.get('cursor')) })
    const answer =
      faultAnswer(fault, otherHost) ??
      keyError(apiKey) ??
      (id === undefined ? deps.listUsers(params, fault) : deps.getConversation(decode(id)))
    return { answer, fault }
  }
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

import type { FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import { RingpostError } from '../errors.ts'
import type { BegunRequest, RecordedAnswers } from '../idempotency/recorded-answers.ts'
import type { Api } from './instance.ts'
import { problems } from './schemas/problem.ts'
import { isOfApi } from './unrouted.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer holds what is shown this one time: to a repeated request it is not given again. */
    shownOnce?: boolean
  }
  interface FastifyRequest {
    /** Set while the request has an idempotency key and is being carried out. */
    begun: BegunRequest | null
  }
}

const HEADER = 'idempotency-key'
/** Says that an answer was given before. */
const REPLAYED = 'idempotent-replayed'
/** What of an answer's headers belongs to it, and not to the connection or the moment. */
const KEPT_HEADERS = ['content-type', 'location']

const headers = z.looseObject({
  [HEADER]: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe(
      'A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go.',
    ),
})

/**
 * Lets every POST of the API that is added after it be repeated safely with an `Idempotency-Key`, as the
 * IETF draft of that name and Stripe have it, and describes that in its schema.
 */
export function addIdempotency(app: Api, answers: RecordedAnswers): void {
  app.decorateRequest('begun', null)

  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || !isOfApi(route.url) || route.config?.public === true) return
    const schema = route.schema as FastifySchema & { response?: Record<string, unknown> }
    if (route.config?.needs === 'read') {
      route.schema = { ...schema, headers }
      return
    }
    const own = problems('conflict', 'idempotency_key_in_use', 'idempotency_key_reused')
    const response = { ...schema.response }
    for (const [status, described] of Object.entries(own)) {
      const there = response[status] as { description: string } | undefined
      if (status !== '409' && status !== '422') continue
      response[status] = there ? { ...described, description: joined(there, described) } : described
    }
    route.schema = { ...schema, headers, response }
  })

  // After the body has been read and found good: what is refused for what it is needs no key.
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request)
    if (key === null) return
    const beginning = await answers.begin(request.caller?.tokenId ?? null, key, [
      request.method,
      request.url,
      JSON.stringify(request.body ?? null),
    ])
    switch (beginning.kind) {
      case 'begun':
        // It took so long that the answer is given: what would be carried out now is not.
        if (reply.sent) await beginning.request.release()
        else request.begun = beginning.request
        return
      case 'running':
        throw new RingpostError(
          'idempotency_key_in_use',
          'The first request with this Idempotency-Key is still being carried out. Send this one again in a moment, and it is answered as that one was.',
          { retryAfterMs: 1_000 },
        )
      case 'other-request':
        throw new RingpostError(
          'idempotency_key_reused',
          'This Idempotency-Key was sent with another request within the last 24 hours: with another path or another body. Use a new key for a new request.',
        )
      case 'unreadable':
        throw new RingpostError(
          'idempotency_key_in_use',
          'What this Idempotency-Key was answered was encrypted with a master key that this ringpost no longer has. Look whether the first request was carried out, and use a new key.',
        )
      case 'answered':
        if (request.routeOptions.config.shownOnce) {
          throw new RingpostError(
            'conflict',
            'This request was carried out, and what it made was shown that one time. Where its answer was lost, look for what it made, delete that, and send the request with a new Idempotency-Key.',
          )
        }
        return (
          reply
            .code(beginning.answer.status)
            .headers({ ...beginning.answer.headers, [REPLAYED]: 'true' })
            // As text and past the answer's schema, for it is an answer already.
            .serializer(String)
            .send(beginning.answer.body)
        )
    }
  })

  app.addHook('onError', async (request, _reply, error) => {
    // The handler goes on behind the answer: until it must have ended, its key is not given to another.
    if (error.code !== 'FST_ERR_HANDLER_TIMEOUT') return
    request.begun?.abandon()
    request.begun = null
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { begun } = request
    // Routes that are older than this hook have no such field.
    if (!begun) return payload
    request.begun = null
    const ending =
      reply.statusCode < 400 && (typeof payload === 'string' || payload == null)
        ? begun.keep({
            status: reply.statusCode,
            headers: Object.fromEntries(
              KEPT_HEADERS.flatMap((name) => {
                const value = reply.getHeader(name)
                return value === undefined ? [] : [[name, String(value)]]
              }),
            ),
            body: request.routeOptions.config.shownOnce ? '' : (payload ?? ''),
          })
        : begun.release()
    await ending.catch((error: unknown) => {
      // What was done is done: the client is told so, rather than that it should try again.
      request.log.warn({ err: error }, 'the answer to an Idempotency-Key could not be kept')
    })
    return payload
  })
}

function keyOf(request: FastifyRequest): string | null {
  const { config } = request.routeOptions
  if (request.method !== 'POST' || request.is404 || config.public === true) return null
  // What changes nothing is safe to repeat as it is; to keep it would let whoever may only read fill Redis.
  if (config.needs === 'read') return null
  const key = request.headers[HEADER]
  return typeof key === 'string' ? key : null
}

function joined(one: { description: string }, other: { description: string }): string {
  const lines = new Set([...sentences(one.description), ...sentences(other.description)])
  return [...lines].join(' ')
}

/** `problems` writes one sentence for each code. */
function sentences(description: string): string[] {
  return description.split(/(?<=\.) (?=`)/)
}

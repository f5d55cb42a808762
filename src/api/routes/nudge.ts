import type { Hmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { RingpostError } from '../../errors.ts'
import type { Nudges } from '../../nudge/nudge-source.ts'
import { bodyHmac, fits, readSignature, type SignedAt } from '../../nudge/verify-nudge.ts'
import type { Sources } from '../../sources/sources.ts'
import type { UnixMs } from '../../types.ts'
import type { Api } from '../instance.ts'
import { idParams } from '../schemas/ids.ts'
import { nudgeAnswer, nudgeHeaders } from '../schemas/nudge.ts'
import { answer, problems } from '../schemas/problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a nudge whose header was read: what the body has to go through. */
    nudge: { paused: boolean; signed: SignedAt; hmac: Hmac } | null
  }
}

/** A post-call webhook may hold the recording of a long call. It is hashed as it comes, and none of it is kept. */
const LONGEST_BODY = 128 * 1024 * 1024
/** ElevenLabs does not wait for long, and the next poll on schedule finds the call all the same (ms). */
const ANSWER_WITHIN_MS = 5_000

export interface NudgeRouteDeps {
  sources: Pick<Sources, 'find' | 'nudgeSecret'>
  nudges: Nudges
  /** Told of each request for a source that takes nudges. */
  nudged: (outcome: 'accepted' | 'refused') => void
  now: () => UnixMs
}

/** Where ElevenLabs' post-call webhook goes. It needs no token: whoever has the secret of the nudge may nudge. */
export function addNudgeRoute(root: Api, deps: NudgeRouteDeps): void {
  root.decorateRequest('nudge', null)

  // A scope of its own, for its bodies are of any type and are signed as they are.
  root.register((app: Api, _options, ready) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) =>
      hashed(request, payload),
    )

    app.post(
      '/v1/sources/:id/nudge',
      {
        config: { public: true },
        handlerTimeout: ANSWER_WITHIN_MS,
        onRequest: async (request) => {
          request.nudge = await begin(request)
        },
        schema: {
          tags: ['sources'],
          security: [],
          operationId: 'nudgeSource',
          summary: "Take ElevenLabs' post-call webhook, and poll the source at once",
          description:
            "Needs no token: the request is verified by its signature with the source's `nudge_secret`. Any body that is signed will do. It is answered at once; many nudges become one poll, and there is at most one a second. While the source is paused, nothing comes of it.",
          params: idParams,
          headers: nudgeHeaders,
          response: {
            200: answer('Verified', nudgeAnswer),
            ...problems('bad_request', 'signature_refused', 'not_found', 'payload_too_large'),
          },
        },
      },
      async ({ params, nudge }) => {
        if (nudge === null) throw new Error('A nudge came past its verification.')
        if (!fits(nudge.hmac.digest(), nudge.signed.signatures)) {
          throw await refusal(
            params.id,
            'No signature fits: the secret is another one, or the body was changed on its way.',
          )
        }
        deps.nudged('accepted')
        // An answer but 200 would in time turn their webhook off.
        if (!nudge.paused) await deps.nudges.accept(params.id)
        return { received: true as const }
      },
    )
    ready()
  })

  /** What can be said before the body has been read. */
  async function begin(request: FastifyRequest): Promise<NonNullable<FastifyRequest['nudge']>> {
    const { id } = request.params as z.output<typeof idParams>
    const source = await deps.sources.find(id)
    if (!source?.nudge_secret) {
      throw new RingpostError('not_found', `There is no source ${id.slice(0, 100)} that has a nudge_secret.`)
    }
    const secret = deps.sources.nudgeSecret(source)
    if (secret === null) {
      throw await refusal(
        id,
        'The stored nudge_secret cannot be decrypted with this master key: set it again.',
      )
    }
    const header = request.headers['elevenlabs-signature']
    const signed = readSignature(typeof header === 'string' ? header : undefined, deps.now())
    if ('refused' in signed) throw await refusal(id, signed.refused)
    return { paused: source.paused, signed, hmac: bodyHmac(secret, signed.timestamp) }
  }

  async function refusal(id: string, message: string): Promise<RingpostError> {
    deps.nudged('refused')
    await deps.nudges.refuse(id, message)
    return new RingpostError('signature_refused', message)
  }
}

async function hashed(request: FastifyRequest, payload: IncomingMessage): Promise<undefined> {
  let bytes = 0
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > LONGEST_BODY) {
      throw new RingpostError('payload_too_large', 'The body of a nudge may have at most 128 MB.')
    }
    request.nudge?.hmac.update(chunk)
  }
  return undefined
}

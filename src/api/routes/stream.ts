import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ActivityEntry, ActivityFeed } from '../../log/activity.ts'
import type { UnixMs } from '../../types.ts'
import type { Api } from '../instance.ts'
import { OF_TOKEN, problems } from '../schemas/problem.ts'
import { streamHeaders, streamQuery } from '../schemas/stream.ts'

/** How often a line is sent where nothing happens, so that nothing in between closes the connection (ms). */
const HEARTBEAT_MS = 15_000
/** For how long an entry goes by the last look at the right of its reader (ms): no question for each of a thousand. */
const LOOK_AGAIN_MS = 1_000
/** The longest time that a timer of Node can wait (ms). */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** What a browser waits before it reconnects (ms). */
const RECONNECT_MS = 2_000

export interface StreamRoutesDeps {
  activity: ActivityFeed
  /** The JSON of an event by its place; null where it is gone. */
  eventAt: (sourceId: string, place: string) => Promise<string | null>
  now: () => UnixMs
  /** How often a quiet stream shows a sign of life, and its reader's right is looked at (ms). */
  heartbeatMs?: number
}

/**
 * What happens, as it happens: server-sent events. A stream ends with the right by which it was opened: that is looked
 * at again with each heartbeat and before entries, and it ends by itself when the token or the session expires.
 */
export function addStreamRoute(
  app: Api,
  deps: StreamRoutesDeps & {
    /** Whether a request would be let in now, too. */
    isStillAllowed: (request: FastifyRequest) => Promise<boolean>
  },
): void {
  const ending = new AbortController()
  app.addHook('preClose', async () => ending.abort())

  app.get(
    '/v1/stream',
    {
      schema: {
        tags: ['events'],
        operationId: 'stream',
        summary: 'New events and attempts, live (server-sent events)',
        description:
          'An entry named `event` holds an event as its webhooks do, one named `attempt` an attempt without what was sent and received. After a break the stream goes on behind `Last-Event-ID`; where that is too long ago, an entry named `missed` comes first. It ends with the token or the session by which it was opened.',
        headers: streamHeaders,
        querystring: streamQuery,
        response: {
          200: {
            description: 'The stream, until either side ends it',
            content: { 'text/event-stream': { schema: z.string() } },
          },
          ...problems(...OF_TOKEN),
        },
      },
    },
    async (request, reply) => {
      // What HEAD asks for is what there would be, and that never ends.
      if (request.method === 'HEAD') return reply.type('text/event-stream').send('')
      const after = request.headers['last-event-id'] ?? request.query.last_event_id ?? null
      const headers = reply.getHeaders() as Record<string, string>
      reply.hijack()
      const { raw } = reply
      const gone = new AbortController()
      raw.once('close', () => gone.abort())
      // Not ended but cut off: a client that does not read would never let it end.
      const cut = () => raw.destroy()
      ending.signal.addEventListener('abort', cut, { once: true })
      raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
      raw.write(`retry: ${RECONNECT_MS}\n\n`)
      let lookedAt = deps.now()
      const lookAgain = async (): Promise<boolean> => {
        // The time before it: what is true may end while it is asked for.
        const asked = deps.now()
        const allowed = await deps.isStillAllowed(request)
        if (allowed) lookedAt = asked
        else cut()
        return allowed
      }
      let looking = false
      const heartbeat = setInterval(() => {
        raw.write(':\n\n')
        if (looking) return
        looking = true
        lookAgain()
          // Who cannot be looked at is not told more; the client reconnects.
          .catch(cut)
          .finally(() => {
            looking = false
          })
      }, deps.heartbeatMs ?? HEARTBEAT_MS)
      const endsIn = (request.caller?.endsAt ?? Number.POSITIVE_INFINITY) - deps.now()
      // What is further away than that, a heartbeat finds.
      const end = endsIn <= LONGEST_TIMER_MS ? setTimeout(cut, endsIn) : undefined
      try {
        await deps.activity.watch(
          {
            async entry(entry) {
              if (deps.now() - lookedAt >= LOOK_AGAIN_MS && !(await lookAgain())) return
              const data = await dataOf(entry)
              if (data !== null) await send(raw, `id: ${entry.id}\nevent: ${entry.kind}\ndata: ${data}\n\n`)
            },
            missed: () => send(raw, 'event: missed\ndata: {}\n\n'),
          },
          after,
          gone.signal,
        )
      } catch (error) {
        request.log.warn({ err: error }, 'a live stream broke off; its client reconnects')
      } finally {
        clearInterval(heartbeat)
        clearTimeout(end)
        ending.signal.removeEventListener('abort', cut)
        raw.end()
      }
    },
  )

  /** JSON has no line breaks of its own, which would end an entry. */
  async function dataOf(entry: ActivityEntry): Promise<string | null> {
    return entry.kind === 'event' ? deps.eventAt(entry.sourceId, entry.place) : JSON.stringify(entry.attempt)
  }
}

/** Waits for a slow reader: what it does not take yet stays in Redis and not in memory. */
async function send(raw: ServerResponse, text: string): Promise<void> {
  if (raw.write(text) || raw.destroyed) return
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(raw, 'drain', { signal }), once(raw, 'close', { signal })]).finally(() =>
    over.abort(),
  )
}

import { z } from 'zod'
import { userIdOf } from '../../events/user-of.ts'
import { matches } from '../../fanout/match.ts'
import type { CountEvents } from '../../log/count-events.ts'
import type { EventReader } from '../../log/read-events.ts'
import type { TestDeliveries } from '../../log/test-deliveries.ts'
import { type ReplayEvent, unknownEvent } from '../../resend/replay-event.ts'
import type { UnixMs } from '../../types.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { eventCountQuery, eventCounts, eventList, eventQuery, eventSchema } from '../schemas/event.ts'
import { idParams } from '../schemas/ids.ts'
import { replayed, replayWish } from '../schemas/operations.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

const DAY_MS = 86_400_000

const cursor = createCursor(
  'events',
  z.strictObject({ streamId: z.string().regex(/^\d{1,16}-\d{1,20}$/), sourceId: z.string().max(100) }),
)

export interface EventRoutesDeps {
  events: EventReader
  countEvents: CountEvents
  now: () => UnixMs
  replayEvent: ReplayEvent
  /** Events of tests, which are in no list of events. */
  tests: Pick<TestDeliveries, 'event'>
}

/** What has happened. */
export function addEventRoutes(app: Api, deps: EventRoutesDeps): void {
  const { events } = deps
  const tags = ['events']

  app.get(
    '/v1/events',
    {
      schema: {
        tags,
        operationId: 'listEvents',
        summary: 'List events, newest first',
        querystring: eventQuery,
        response: { 200: answer('Events', eventList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { type, source_id, user_id, since, until } = query
      const filters = { type, source_id, user_id, since, until }
      const { data, next } = await events.list({
        sourceId: source_id ?? null,
        keep: (event) =>
          (type === undefined || matches(event, { event_types: [type], source_ids: null })) &&
          (user_id === undefined || userIdOf(event) === user_id),
        since: since ?? null,
        until: until ?? null,
        before: cursor.decode(query.cursor, filters),
        limit: query.limit,
      })
      return { data, next_cursor: cursor.encode(next, filters) }
    },
  )

  app.get(
    '/v1/event-counts',
    {
      schema: {
        tags,
        operationId: 'countEvents',
        summary: 'Count events over time, by type',
        querystring: eventCountQuery,
        response: { 200: answer('Counts', eventCounts), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const until = query.until ?? deps.now()
      const since = Math.min(query.since ?? until - DAY_MS, until)
      const stretches = Number(query.stretches)
      const counted = await deps.countEvents({ sourceId: query.source_id ?? null, since, until, stretches })
      return {
        since: iso(since),
        until: iso(until),
        complete_since: iso(counted.completeSince),
        stretches: counted.stretches.map(({ from, types }) => ({ from: iso(from), types })),
      }
    },
  )

  app.get(
    '/v1/events/:id',
    {
      schema: {
        tags,
        operationId: 'getEvent',
        summary: 'Get an event',
        params: idParams,
        response: { 200: answer('The event', eventSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const event = (await events.get(params.id)) ?? (await deps.tests.event(params.id))
      if (event === null) throw unknownEvent(params.id)
      return event
    },
  )

  app.post(
    '/v1/events/:id/replay',
    {
      schema: {
        tags,
        operationId: 'replayEvent',
        summary: 'Send an event again',
        description:
          'To every enabled endpoint that it matches now, or to those that are named, with the same `webhook-id`; to an endpoint that had it, and to one that is newer than the event. Answers what was queued.',
        params: idParams,
        body: replayWish,
        response: {
          202: answer('What was queued', replayed),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }, reply) => {
      const deliveries = await deps.replayEvent(params.id, body?.endpoint_ids ?? null)
      return reply.code(202).send({ event_id: params.id, deliveries })
    },
  )
}

function iso(ms: UnixMs): string {
  return new Date(ms).toISOString()
}

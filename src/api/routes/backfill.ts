import { z } from 'zod'
import type { BackfillEndpoint } from '../../backfill/backfill-endpoint.ts'
import type { Backfill, Backfills } from '../../backfill/backfills.ts'
import type { Endpoints } from '../../endpoints/endpoints.ts'
import { RingpostError } from '../../errors.ts'
import type { Api } from '../instance.ts'
import { idParams } from '../schemas/ids.ts'
import { backfilled, backfillWish } from '../schemas/operations.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

/** Counting looks at every user (ms). */
const LONGEST_COUNT_MS = 10 * 60 * 1000

export interface BackfillRoutesDeps {
  endpoints: Pick<Endpoints, 'get'>
  backfill: Pick<BackfillEndpoint, 'begin' | 'count'>
  backfills: Pick<Backfills, 'read' | 'stop'>
  /** Deliveries of an endpoint that have not ended. */
  waiting: (endpointId: string) => Promise<number>
  /** Aborted when ringpost stops. */
  stopping: AbortSignal
}

/** The users that are known already, for an endpoint that wants them. */
export function addBackfillRoutes(app: Api, deps: BackfillRoutesDeps): void {
  const tags = ['endpoints']

  async function present(endpointId: string, backfill: Backfill) {
    const { state, total, seen, queued, already, startedAt, endedAt } = backfill
    return {
      endpoint_id: endpointId,
      dry_run: false,
      state,
      users: total,
      seen,
      queued,
      already,
      waiting: await deps.waiting(endpointId),
      started_at: new Date(startedAt).toISOString(),
      ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    }
  }

  async function last(endpointId: string): Promise<Backfill> {
    await deps.endpoints.get(endpointId)
    const backfill = await deps.backfills.read(endpointId)
    if (backfill === null) {
      throw new RingpostError(
        'not_found',
        `${endpointId} has had no backfill. POST /v1/endpoints/${endpointId}/backfill begins one.`,
      )
    }
    return backfill
  }

  app.post(
    '/v1/endpoints/:id/backfill',
    {
      handlerTimeout: LONGEST_COUNT_MS,
      schema: {
        tags,
        operationId: 'backfillEndpoint',
        summary: 'Send an endpoint the users that are known already',
        description:
          'Each becomes a `user.created` with `"backfill": true` in its data, for this endpoint alone, whatever types it is subscribed to. It goes on in the background and lets at most a thousand deliveries wait; GET tells how far it is. It is safe to repeat: the same request joins what is under way, and who was sent once is not sent again.',
        params: idParams,
        body: backfillWish,
        response: {
          200: answer('What it would be', backfilled),
          202: answer('It is under way', backfilled),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }, reply) => {
      const { source_ids, filter, again = false, dry_run = false } = body ?? {}
      const asked = { sourceIds: source_ids ?? null, ...(filter === undefined ? {} : { filter }) }
      if (!dry_run) {
        const backfill = await deps.backfill.begin(params.id, asked, again)
        return reply.code(202).send(await present(params.id, backfill))
      }
      const { users, matching } = await deps.backfill.count(params.id, asked, deps.stopping)
      return reply.code(200).send({
        endpoint_id: params.id,
        dry_run: true,
        state: 'counted' as const,
        users,
        seen: users,
        queued: matching,
        already: 0,
        waiting: await deps.waiting(params.id),
        started_at: null,
        ended_at: null,
      })
    },
  )

  app.get(
    '/v1/endpoints/:id/backfill',
    {
      schema: {
        tags,
        operationId: 'getEndpointBackfill',
        summary: 'See how far the last backfill of an endpoint is',
        params: idParams,
        response: { 200: answer('The backfill', backfilled), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => present(params.id, await last(params.id)),
  )

  app.delete(
    '/v1/endpoints/:id/backfill',
    {
      schema: {
        tags,
        operationId: 'stopEndpointBackfill',
        summary: 'Stop the backfill of an endpoint',
        description: 'What is queued already is sent. One that has ended stays as it is.',
        params: idParams,
        response: {
          204: z.undefined().describe('Nothing more is queued.'),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      const { state } = await last(params.id)
      if (state === 'running') await deps.backfills.stop(params.id)
      return reply.code(204).send()
    },
  )
}

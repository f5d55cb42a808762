import { hash } from 'node:crypto'
import { z } from 'zod'
import type { PollReport } from '../../detect/poll.ts'
import type { Quarantine } from '../../detect/quarantine.ts'
import type { SourceState } from '../../detect/source-state.ts'
import { RingpostError } from '../../errors.ts'
import type { SourceRecord, Sources } from '../../sources/sources.ts'
import type { UnixMs } from '../../types.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { pageOf } from '../page.ts'
import { presentSource } from '../present/source.ts'
import { idParams } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'
import { pollAnswer, pollBody, quarantineList, sourceList, sourceSchema } from '../schemas/source.ts'

/** A full scan of a large list takes its time, and the answer waits for it (ms). */
const LONGEST_POLL_MS = 60 * 60 * 1000

const placeSchema = z.strictObject({ at: z.string(), id: z.string() })
const sourceCursor = createCursor('sources', placeSchema)
const quarantineCursor = createCursor('quarantine', placeSchema)

export interface SourceRoutesDeps {
  sources: Pick<Sources, 'list' | 'get'>
  readState: (sourceId: string) => Promise<SourceState>
  /** When the next poll is scheduled (unix ms). */
  nextPoll: (sourceId: string) => Promise<UnixMs | null>
  /** Polls now and answers when it is done; throws `not_found` for a source that does not exist. */
  poll: (sourceId: string, options: { full: boolean }) => Promise<PollReport>
  quarantine: Pick<Quarantine, 'list'>
  now: () => UnixMs
}

/** What is polled, how it goes, and polling now. */
export function addSourceRoutes(app: Api, deps: SourceRoutesDeps): void {
  const { sources } = deps
  const tags = ['sources']

  async function present(source: SourceRecord) {
    const [state, nextPoll] = await Promise.all([deps.readState(source.id), deps.nextPoll(source.id)])
    return presentSource(source, { state, nextPoll, now: deps.now() })
  }

  app.get(
    '/v1/sources',
    {
      schema: {
        tags,
        operationId: 'listSources',
        summary: 'List sources, oldest first',
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Sources', sourceList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { data, next } = pageOf(await sources.list(), {
        placeOf: ({ created_at, id }) => ({ at: created_at, id }),
        order: 1,
        after: sourceCursor.decode(query.cursor, {}),
        limit: query.limit,
      })
      return { data: await Promise.all(data.map(present)), next_cursor: sourceCursor.encode(next, {}) }
    },
  )

  app.get(
    '/v1/sources/:id',
    {
      schema: {
        tags,
        operationId: 'getSource',
        summary: 'Get a source and how its polling goes',
        params: idParams,
        response: { 200: answer('The source', sourceSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => present(await sources.get(params.id)),
  )

  app.post(
    '/v1/sources/:id/poll',
    {
      handlerTimeout: LONGEST_POLL_MS,
      schema: {
        tags,
        operationId: 'pollSource',
        summary: 'Poll a source now',
        description:
          'Answers when the poll is done, with what it found. A full scan of a long list takes long.',
        params: idParams,
        body: pollBody,
        response: {
          200: answer('What the poll found', pollAnswer),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'source_busy', 'upstream_failed'),
        },
      },
    },
    async ({ params, body }) => {
      const report = await deps.poll(params.id, { full: body?.full ?? false })
      const { kind, requests, rows, events, duration_ms } = polled(report)
      return { kind, requests, rows, events: { ...events }, duration_ms }
    },
  )

  app.get(
    '/v1/sources/:id/quarantine',
    {
      schema: {
        tags,
        operationId: 'listQuarantinedRows',
        summary: 'List the rows of a source that could not be read, newest first',
        params: idParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Rows', quarantineList), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params, query }) => {
      const { id } = await sources.get(params.id)
      const { data, next } = pageOf(await deps.quarantine.list(id), {
        placeOf: ({ row, first_seen }) => ({ at: first_seen, id: hash('sha256', row).slice(0, 32) }),
        order: -1,
        after: quarantineCursor.decode(query.cursor, { id }),
        limit: query.limit,
      })
      return { data, next_cursor: quarantineCursor.encode(next, { id }) }
    },
  )
}

/** The report of a poll that took place; anything else is an error to whoever asked for it. */
function polled(report: PollReport): PollReport {
  switch (report.outcome) {
    case 'done':
      return report
    case 'failed':
      throw new RingpostError('upstream_failed', report.error ?? 'The poll failed.')
    case 'busy':
      throw new RingpostError(
        'source_busy',
        'The source is being polled by another process. Try again in a few seconds.',
      )
    case 'waiting':
      throw new RingpostError(
        'source_busy',
        'The source waits after a failure. Its state_detail tells until when.',
      )
  }
}

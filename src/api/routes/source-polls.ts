import { z } from 'zod'
import type { PollReport } from '../../detect/poll.ts'
import type { PollHistory } from '../../detect/poll-history.ts'
import type { Quarantine } from '../../detect/quarantine.ts'
import { RingpostError } from '../../errors.ts'
import type { Sources } from '../../sources/sources.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { presentPoll } from '../present/poll.ts'
import { idParams } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { pollList, pollQuery } from '../schemas/poll.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'
import { pollAnswer, pollBody, quarantineList } from '../schemas/source.ts'

/** A full scan of a large list takes its time, and the answer waits for it (ms). */
const LONGEST_POLL_MS = 60 * 60 * 1000

const pollCursor = createCursor('polls', z.strictObject({ from: z.int(), dryTo: z.int().nullable() }))

const quarantineCursor = createCursor(
  'quarantine',
  z.strictObject({ at: z.int().min(0), id: z.string().max(100) }),
)

export interface SourcePollRoutesDeps {
  sources: Pick<Sources, 'get'>
  /** Polls now and answers when it is done; throws `not_found` for a source that does not exist. */
  poll: (sourceId: string, options: { full: boolean; dryRun: boolean }) => Promise<PollReport>
  history: Pick<PollHistory, 'list'>
  quarantine: Pick<Quarantine, 'list'>
}

/** Polling now, what polls did, and what they could not read. */
export function addSourcePollRoutes(app: Api, deps: SourcePollRoutesDeps): void {
  const tags = ['sources']

  app.post(
    '/v1/sources/:id/poll',
    {
      handlerTimeout: LONGEST_POLL_MS,
      schema: {
        tags,
        operationId: 'pollSource',
        summary: 'Poll a source now',
        description:
          'Answers when the poll is done, with what it found. A full scan of a long list takes long. A dry run tells what it would find, and changes nothing.',
        params: idParams,
        body: pollBody,
        response: {
          200: answer('What the poll found', pollAnswer),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'source_busy', 'upstream_failed'),
        },
      },
    },
    async ({ params, body }) => {
      const report = await deps.poll(params.id, {
        full: body?.full ?? false,
        dryRun: body?.dry_run ?? false,
      })
      const { kind, requests, rows, events, duration_ms } = polled(report)
      return { kind, requests, rows, events: { ...events }, duration_ms }
    },
  )

  app.get(
    '/v1/sources/:id/polls',
    {
      schema: {
        tags,
        operationId: 'listPolls',
        summary: 'List what the polls of a source did, newest first',
        description:
          'Several polls in a row that did the same and had nothing to tell are one entry, from the beginning of the first to the end of the last. With `since` and `until` an entry is listed where it touches that time. What is not in the list was no poll: ringpost did not run, or the source was paused.',
        params: idParams,
        querystring: pollQuery,
        response: { 200: answer('Polls', pollList), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params, query }) => {
      const { id } = await deps.sources.get(params.id)
      const { since, until } = query
      const filters = { id, since, until }
      const { data, next } = await deps.history.list(id, {
        since: since ?? null,
        until: until ?? null,
        after: pollCursor.decode(query.cursor, filters),
        limit: query.limit,
      })
      return { data: data.map(presentPoll), next_cursor: pollCursor.encode(next, filters) }
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
      const { id } = await deps.sources.get(params.id)
      const { data, next } = await deps.quarantine.list(id, {
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

import { z } from 'zod'
import type { Ownership } from '../../config-file/ownership.ts'
import type { SourceState } from '../../detect/source-state.ts'
import { UpstreamError, type UpstreamErrorKind } from '../../elevenlabs/upstream-error.ts'
import { RingpostError } from '../../errors.ts'
import type { SourceControl } from '../../sources/control.ts'
import type { Connection, SourceRecord, Sources } from '../../sources/sources.ts'
import type { UnixMs } from '../../types.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { pageOf } from '../page.ts'
import { presentSource } from '../present/source.ts'
import { toSourceChanges, toSourceInput } from '../present/source-input.ts'
import { idParams } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'
import { sourceList, sourceSchema } from '../schemas/source.ts'
import { acceptBody, sourceToCreate, sourceToPatch } from '../schemas/source-input.ts'

const sourceCursor = createCursor('sources', z.strictObject({ at: z.string(), id: z.string() }))

export interface SourceRoutesDeps {
  sources: Pick<Sources, 'list' | 'get' | 'paceOf'>
  sourceControl: SourceControl
  /** What the configuration file sets. */
  ownership: Pick<Ownership, 'has' | 'refuseChange' | 'refuseDelete'>
  /** Makes one request with a connection; throws UpstreamError where it fails. */
  tryConnection: (connection: Connection) => Promise<void>
  readState: (sourceId: string) => Promise<SourceState>
  /** When the next poll is scheduled (unix ms). */
  nextPoll: (sourceId: string) => Promise<UnixMs | null>
  now: () => UnixMs
}

/** What is polled, and how it goes. */
export function addSourceRoutes(app: Api, deps: SourceRoutesDeps): void {
  const { sources, sourceControl, ownership } = deps
  const tags = ['sources']

  async function present(source: SourceRecord) {
    const [state, nextPoll] = await Promise.all([deps.readState(source.id), deps.nextPoll(source.id)])
    const inFile = ownership.has(source.id)
    return presentSource(source, { state, nextPoll, inFile, now: deps.now(), ...sources.paceOf(source) })
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

  app.post(
    '/v1/sources',
    {
      // One request to upstream, where it is asked for, has a deadline of 30 s.
      handlerTimeout: 45_000,
      schema: {
        tags,
        operationId: 'createSource',
        summary: 'Create a source',
        description:
          'Polling begins at once, with a baseline: everybody who called before is recorded, and nobody is announced.',
        body: sourceToCreate,
        response: {
          201: answer('The source', sourceSchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'upstream_failed'),
        },
      },
    },
    async ({ body }, reply) => {
      const input = toSourceInput(body)
      if (body.verify) await verify(deps.tryConnection(input))
      const source = await sourceControl.create(input)
      return reply
        .code(201)
        .header('location', `/v1/sources/${source.id}`)
        .send(await present(source))
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

  app.patch(
    '/v1/sources/:id',
    {
      schema: {
        tags,
        operationId: 'updateSource',
        summary: 'Change a source',
        description:
          'What is left out stays as it is; null goes back to the default. Another URL, key or filter is another list: polling goes on with a new, silent baseline. What the environment or the configuration file sets is changed there.',
        params: idParams,
        body: sourceToPatch,
        response: {
          200: answer('The source as it is now', sourceSchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }) => {
      await sources.get(params.id)
      ownership.refuseChange(params.id, body)
      return present(await sourceControl.patch(params.id, toSourceChanges(body)))
    },
  )

  app.delete(
    '/v1/sources/:id',
    {
      schema: {
        tags,
        operationId: 'deleteSource',
        summary: 'Delete a source',
        description:
          'Its key and what is known of its users go at once. Its events can be read, and are delivered, until the event retention ends.',
        params: idParams,
        response: {
          204: z.undefined().describe('The source is deleted.'),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params }, reply) => {
      await sources.get(params.id)
      ownership.refuseDelete(params.id)
      await sourceControl.delete(params.id)
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/sources/:id/accept',
    {
      schema: {
        tags,
        operationId: 'acceptSource',
        summary: 'Decide about a source that needs attention',
        description:
          'After a flood of new users, `events` announces them and `baseline` takes them as known. After a mass removal, `events` tells of each and `baseline` does not. The list is read again first: what it shows then is what counts.',
        params: idParams,
        body: acceptBody,
        response: {
          200: answer('The source, to be polled at once', sourceSchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }) => present(await sourceControl.accept(params.id, body.as)),
  )
}

/** What says nothing of the source. */
const PASSING: ReadonlySet<UpstreamErrorKind> = new Set(['passing', 'slow_down', 'bad_page'])

async function verify(request: Promise<void>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const saved = 'To save it all the same, leave out "verify" (on the command line: --no-verify).'
    const unasked = PASSING.has(error.kind) ? ` ${saved}` : ''
    throw new RingpostError('upstream_failed', `Nothing was saved. ${error.happened}${unasked}`, {
      cause: error,
    })
  }
}

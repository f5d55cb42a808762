import { randomBytes } from 'node:crypto'
import { RingpostError } from '../errors.ts'
import type { Filter } from '../fanout/filter.ts'
import { deliveryId } from '../ids.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'
import type { Event, UnixMs } from '../types.ts'
import type { UserPlace } from '../users/users.ts'

/** Events of one endpoint's backfills that are kept, as of its deliveries no more are. */
const KEPT_EVENTS = 100_000

/** What a backfill is to send. */
export interface BackfillWish {
  /** Null means those of the endpoint. */
  sourceIds: string[] | null
  /** Undefined means the endpoint's own, null that everybody passes. */
  filter?: Filter | null
}

/** How far a walk has got: which source, and where in its users. */
export interface BackfillPlace {
  source: number
  users: UserPlace | null
}

/** A backfill as it is kept. */
export interface Backfill {
  run: string
  state: 'running' | 'done' | 'stopped'
  asked: BackfillWish
  /** What it walks over, decided at its beginning. */
  sources: string[]
  place: BackfillPlace
  /** As it is kept, for the comparison. */
  placeText: string
  fence: string
  generation: number
  /** Users of its sources when it began, those looked at since, and what became of them. */
  total: number
  seen: number
  queued: number
  already: number
  startedAt: UnixMs
  endedAt: UnixMs | null
}

/** The backfills of endpoints, one each at a time: what was asked, how far it got, and the steps. */
export function createBackfills(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hgetall' | 'hget' | 'hset' | 'hincrby' | 'exists'>
  keys: Keys
  now: () => UnixMs
}) {
  const { redis, keys, now } = deps
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const begin = script('begin-backfill')
  const add = script('add-backfill')
  const placeOf = (endpointId: string) => keys.endpoint(endpointId).backfill

  async function read(endpointId: string): Promise<Backfill | null> {
    const fields = await redis.hgetall(placeOf(endpointId))
    return fields.run === undefined ? null : backfillOf(fields)
  }

  return {
    /** The last one of an endpoint; null where there never was one. */
    read,

    async isRunning(endpointId: string): Promise<boolean> {
      return (await redis.hget(placeOf(endpointId), 'state')) === 'running'
    },

    /**
     * Begins one, or joins the same that goes on.
     *
     * @throws RingpostError `conflict` where another goes on
     */
    async begin(
      endpointId: string,
      asked: BackfillWish,
      walk: { sources: readonly string[]; total: number; again: boolean },
    ): Promise<Backfill> {
      const reply = await begin(
        [placeOf(endpointId)],
        [
          JSON.stringify(asked),
          randomBytes(8).toString('hex'),
          JSON.stringify(walk.sources),
          walk.total,
          now(),
          walk.again ? 1 : 0,
        ],
      )
      if (replyText(reply) === 'BUSY') {
        throw new RingpostError(
          'conflict',
          `Another backfill of ${endpointId} is under way. Wait for its end, or stop it with DELETE /v1/endpoints/${endpointId}/backfill.`,
        )
      }
      const backfill = await read(endpointId)
      if (backfill === null) throw new Error('A backfill was begun and is not there.')
      return backfill
    },

    /** @returns false where the walk was elsewhere by then, and nothing was written */
    async step(
      endpointId: string,
      from: Backfill,
      step: { to: BackfillPlace | null; seen: number; events: readonly Event[] },
    ): Promise<boolean> {
      const endpoint = keys.endpoint(endpointId)
      const own = keys.source(endpointId)
      const [done] = (await add(
        [endpoint.backfill, own.outbox, own.eventIndex, own.state, endpoint.status('pending'), endpoint.due],
        [
          from.run,
          from.fence,
          from.placeText,
          step.to === null ? '' : JSON.stringify(step.to),
          now(),
          step.seen,
          endpoint.delivery(''),
          endpointId,
          KEPT_EVENTS,
          ...step.events.flatMap((event) => [
            event.id,
            event.type,
            JSON.stringify(event),
            deliveryId(event.id, endpointId),
          ]),
        ],
      )) as number[]
      return done === 1
    },

    /** Ends it where it is; what is queued stays queued. */
    async stop(endpointId: string): Promise<void> {
      // The fence lets a step under way come to nothing.
      await redis.hincrby(placeOf(endpointId), 'fence', 1)
      await redis.hset(placeOf(endpointId), { state: 'stopped', ended: now() })
    },

    /** What was read before may not be written any more: somebody of it is being erased. */
    async interrupt(endpointId: string): Promise<void> {
      if ((await redis.exists(placeOf(endpointId))) === 1)
        await redis.hincrby(placeOf(endpointId), 'fence', 1)
    },
  }
}

export type Backfills = ReturnType<typeof createBackfills>

function backfillOf(fields: Record<string, string>): Backfill {
  const { run = '', state, asked = '{}', sources = '[]', place = '', fence = '0', ended } = fields
  const number = (name: string) => Number(fields[name] ?? 0)
  return {
    run,
    state: state === 'running' || state === 'done' ? state : 'stopped',
    asked: JSON.parse(asked) as BackfillWish,
    sources: JSON.parse(sources) as string[],
    place: place === '' ? { source: 0, users: null } : (JSON.parse(place) as BackfillPlace),
    placeText: place,
    fence,
    generation: number('generation'),
    total: number('total'),
    seen: number('seen'),
    queued: number('queued'),
    already: number('already'),
    startedAt: number('started'),
    endedAt: ended === undefined ? null : Number(ended),
  }
}

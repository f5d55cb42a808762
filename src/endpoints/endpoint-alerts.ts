import type { Logger } from 'pino'
import { maskUrl } from '../deliver/mask-url.ts'
import { eventId } from '../ids.ts'
import { DISABLING, type HealthNote } from '../log/deliveries.ts'
import { SYSTEM, type SystemOutbox } from '../outbox/system-outbox.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { DeliveryError, Event, EventType, UnixMs } from '../types.ts'
import type { EndpointRecord, Endpoints } from './endpoints.ts'

/** What an attempt that failed says; `gone` where nothing more is to be sent. */
export interface EndpointFailure extends DeliveryError {
  gone: boolean
}

/** Why an endpoint is disabled, for a program. */
type DisabledReason = 'failing' | 'gone' | 'refused'

/**
 * Makes what follows from an endpoint's health: people are warned while it fails, it is disabled when it has
 * failed for too long or says that it is gone, and its recovery is told where they had been warned.
 *
 * An event comes before what it tells of, and its id is made of the endpoint and the moment of its first failure:
 * a crash in between repeats it, and it is there once.
 */
export function createEndpointAlerts(deps: {
  redis: Pick<Redis, 'hdel' | 'hmget' | 'hset'>
  keys: Keys
  endpoints: Pick<Endpoints, 'find' | 'disable'>
  systemOutbox: SystemOutbox
  /** Asks for what waits for an endpoint to be looked at, for it ends as skipped. */
  wake: (endpointId: string) => Promise<void>
  now: () => UnixMs
  logger: Logger
}) {
  const { endpoints, logger, now } = deps

  async function tell(
    endpoint: EndpointRecord,
    type: Extract<EventType, `endpoint.${string}`>,
    since: UnixMs,
    data: Record<string, unknown>,
    reached = 0,
  ): Promise<void> {
    const { id, url, description } = endpoint
    const event: Event = {
      id: eventId({ sourceId: SYSTEM.id, userId: id, epoch: since, type, count: reached }),
      type,
      timestamp: iso(now()),
      data: { endpoint: { id, url: maskUrl(url), description }, ...data },
    }
    await deps.systemOutbox.append(event)
  }

  async function disable(
    endpoint: EndpointRecord,
    reason: DisabledReason,
    health: HealthNote,
    message: string,
  ): Promise<void> {
    const current = await endpoints.find(endpoint.id)
    if (!current?.enabled) return
    // What was under way when it was changed says nothing of what it is now.
    if (current.updated_at !== endpoint.updated_at) {
      if (reason !== 'failing') await tryAgain(endpoint.id)
      return
    }
    const since = health.failingSince ?? Date.parse(endpoint.updated_at)
    await tell(endpoint, 'endpoint.disabled', since, {
      failing_since: health.failingSince === null ? null : iso(health.failingSince),
      disabled_at: iso(now()),
      reason,
      message,
    })
    await endpoints.disable(endpoint, message)
    logger.warn({ endpoint: endpoint.id, reason }, 'The endpoint was disabled.')
    await deps.wake(endpoint.id)
  }

  /** While it is taken for gone, nothing is sent to it. */
  async function tryAgain(endpointId: string): Promise<void> {
    await deps.redis.hdel(deps.keys.endpoint(endpointId).health, 'gone')
    await deps.wake(endpointId)
  }

  async function noteFailure(
    endpoint: EndpointRecord,
    health: HealthNote,
    { code, message, gone }: EndpointFailure,
  ): Promise<void> {
    if (gone) return disable(endpoint, reasonOf(code), health, message)
    const { failingSince, failures } = health
    if (failingSince === null || failures < DISABLING.leastFailures) return
    const progress = (now() - failingSince) / DISABLING.afterMs
    if (progress >= 1) {
      return disable(endpoint, 'failing', health, afterFiveDays(message))
    }
    const reached = DISABLING.warnings.findLast((warning) => progress >= warning)
    // Of this row of failures, and not of one before.
    const told = `${failingSince}:${reached}`
    if (reached === undefined || told === health.told) return
    await tell(
      endpoint,
      'endpoint.failing',
      failingSince,
      {
        failing_since: iso(failingSince),
        failures,
        progress: reached,
        disables_at: iso(failingSince + DISABLING.afterMs),
        message,
      },
      Math.round(reached * 100),
    )
    await deps.redis.hset(deps.keys.endpoint(endpoint.id).health, 'told', told)
  }

  async function tellRecovery(endpoint: EndpointRecord, since: UnixMs): Promise<void> {
    const { health } = deps.keys.endpoint(endpoint.id)
    await tell(endpoint, 'endpoint.recovered', since, {
      failing_since: iso(since),
      recovered_at: iso(now()),
    })
    await deps.redis.hdel(health, 'recovered')
  }

  return {
    /** Told of each round of results, once they are in the log. */
    async note(endpoint: EndpointRecord, health: HealthNote, failure: EndpointFailure | null): Promise<void> {
      if (health.recoveredFrom !== null) await tellRecovery(endpoint, health.recoveredFrom)
      if (failure !== null) await noteFailure(endpoint, health, failure)
    },

    /** Does what a process that died, or could not reach Redis, had no time to do. */
    async catchUp(endpoint: EndpointRecord): Promise<void> {
      const { health: key } = deps.keys.endpoint(endpoint.id)
      const [recovered, gone, overdue, since, failures] = await deps.redis.hmget(
        key,
        'recovered',
        'gone',
        'overdue',
        'failing_since',
        'failures',
      )
      if (recovered) await tellRecovery(endpoint, Number(recovered))
      if (!endpoint.enabled || (!gone && !overdue)) return
      const health = {
        failingSince: since ? Number(since) : null,
        failures: Number(failures ?? 0),
        recoveredFrom: null,
        told: null,
      }
      if (gone) {
        const end = gone.indexOf(' ')
        const seen = end > 0 ? iso(Number(gone.slice(0, end))) : endpoint.updated_at
        const { code, message } = errorIn(gone.slice(end + 1))
        await disable({ ...endpoint, updated_at: seen }, reasonOf(code), health, message)
      } else await disable(endpoint, 'failing', health, afterFiveDays(errorIn(overdue ?? '').message))
    },
  }
}

export type EndpointAlerts = ReturnType<typeof createEndpointAlerts>

function iso(ms: UnixMs): string {
  return new Date(ms).toISOString()
}

function afterFiveDays(message: string): string {
  return `Nothing but failures for five days, the last of which was: ${message} It was disabled. Enable it when it works, and recover what it missed.`
}

/** A webhook says itself that it is gone; what a service of another kind refuses for good may be there all the same. */
function reasonOf(code: string): DisabledReason {
  return code === 'gone' ? 'gone' : 'refused'
}

/** An error as it is kept beside the endpoint's health. */
function errorIn(json: string): DeliveryError {
  return json === '' ? { code: '', message: '' } : (JSON.parse(json) as DeliveryError)
}

import type { Logger } from 'pino'
import type { Quarantine } from '../detect/quarantine.ts'
import type { EndpointAlerts } from '../endpoints/endpoint-alerts.ts'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { DeliveryBounds } from '../log/bound-deliveries.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { UnixMs } from '../types.ts'

/** Events of one outbox that a sweep trims, at most. */
const AT_ONCE = 1_000
/** How long a delivery may be due before an endpoint is woken again (ms). */
const GRACE_MS = 5_000
/** Endpoints that are looked at together: one after the other, thousands would take longer than a sweep may. */
const TOGETHER = 50

/**
 * Makes the sweep, the net below the queues: it wakes those whom no job looks after any more (a process
 * died between recording and queueing, a job was lost) and lets go of what the retention no longer covers.
 * What fails for one source or endpoint is logged, and the others are looked after all the same.
 */
export function createSweep(deps: {
  /** Everyone who has an outbox. */
  owners: { everKnown: () => Promise<{ id: string; deleted_at: string | null }[]> }
  endpoints: { everKnown: () => Promise<EndpointRecord[]> }
  alerts: Pick<EndpointAlerts, 'catchUp'>
  outbox: Pick<Outbox, 'hasUnrelayed' | 'trim'>
  quarantine: Pick<Quarantine, 'expire'>
  deliveries: Pick<DeliveryLog, 'isOverdue'>
  /** Goes on with a backfill that has not ended, whatever became of its job. */
  backfills: {
    isRunning: (endpointId: string) => Promise<boolean>
    soon: (endpointId: string) => Promise<void>
  }
  /** Keeps the log of an endpoint's deliveries within its bounds. */
  bounds: Pick<DeliveryBounds, 'keep'>
  relayNow: (sourceId: string) => Promise<void>
  wake: (endpointId: string) => Promise<void>
  /** Clears up behind a deleted source. */
  purgeSource: (sourceId: string) => Promise<void>
  /** Clears up behind a deleted endpoint. */
  purgeEndpoint: (endpoint: EndpointRecord) => Promise<void>
  eventRetentionMs: number
  now: () => UnixMs
  logger: Logger
}) {
  async function sweepSource(source: { id: string; deleted_at: string | null }): Promise<void> {
    if (await deps.outbox.hasUnrelayed(source.id)) await deps.relayNow(source.id)
    const end = deps.now() - deps.eventRetentionMs
    await deps.outbox.trim(source.id, end, AT_ONCE)
    await deps.quarantine.expire(source.id, end)
    if (source.deleted_at !== null) await deps.purgeSource(source.id)
  }

  async function sweepEndpoint(endpoint: EndpointRecord): Promise<void> {
    if (await deps.deliveries.isOverdue(endpoint.id, GRACE_MS)) {
      deps.logger.debug({ endpoint: endpoint.id }, 'woken again')
      await deps.wake(endpoint.id)
    }
    await deps.alerts.catchUp(endpoint)
    if (await deps.backfills.isRunning(endpoint.id)) await deps.backfills.soon(endpoint.id)
    // Of its backfills; most have none.
    await deps.outbox.trim(endpoint.id, deps.now() - deps.eventRetentionMs, AT_ONCE)
    await deps.bounds.keep(endpoint.id)
    await deps.purgeEndpoint(endpoint)
  }

  async function apart(fields: object, work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) =>
      deps.logger.error({ err: error, ...fields }, 'The sweep failed here; it is tried again in seconds.'),
    )
  }

  return async function sweep(): Promise<void> {
    for (const source of await deps.owners.everKnown())
      await apart({ source: source.id }, sweepSource(source))
    const endpoints = await deps.endpoints.everKnown()
    for (let i = 0; i < endpoints.length; i += TOGETHER) {
      await Promise.all(
        endpoints
          .slice(i, i + TOGETHER)
          .map((endpoint) => apart({ endpoint: endpoint.id }, sweepEndpoint(endpoint))),
      )
    }
  }
}

export type Sweep = ReturnType<typeof createSweep>

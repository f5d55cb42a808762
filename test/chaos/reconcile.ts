import type { Event } from '../../src/types.ts'
import { explainDuplicates } from './duplicates.ts'
import { LOSSY } from './plan.ts'
import { SOURCE, type World } from './world.ts'

/** A promise that was broken. */
export interface Violation {
  rule: string
  detail: string
}

export interface Reconciliation {
  violations: Violation[]
  events: number
  deliveries: number
  /** Requests that receivers got. */
  requests: number
  /** By endpoint: accepted webhooks that came again, by cause. */
  duplicates: Record<string, number>
  /** Rises that were lost with Redis, as the documentation says. */
  excused: number
}

/** Events of one kind of change of one user. */
interface Rise {
  from: number
  to: number
}

/** Holds what upstream has shown against what was emitted, and that against what receivers have accepted. */
export async function reconcile(world: World): Promise<Reconciliation> {
  const violations: Violation[] = []
  const broken = (rule: string, detail: unknown) =>
    violations.push({ rule, detail: typeof detail === 'string' ? detail : JSON.stringify(detail) })
  const lossy = world.faults.some(({ kind }) => LOSSY.includes(kind))

  const outbox = await readOutbox(world)
  const emitted = new Map<string, Event>()
  for (const event of outbox) {
    if (emitted.has(event.id)) broken('an event id is in the outbox once', event.id)
    emitted.set(event.id, event)
  }
  const everything = new Map(emitted)
  for (const { id, accepted, wants } of world.receivers) {
    for (const [eventId, event] of accepted) {
      if (!emitted.has(eventId) && !lossy && event.type.startsWith('user.'))
        broken('what is received was emitted', { endpoint: id, event: eventId })
      if (event.type.startsWith('user.') && !wants(event))
        broken('an endpoint gets what it has asked for', { endpoint: id, event })
      everything.set(eventId, event)
    }
  }

  // Upstream against what was told.
  const told = new Map<string, Rise[]>()
  const transitions = new Map<string, string>()
  for (const event of everything.values()) checkEvent(event)
  let excused = 0
  for (const [id, truth] of world.load.users) {
    if (!truth.disturbed) excused += checkChain(id, told.get(id) ?? [])
  }

  function checkEvent(event: Event): void {
    const { user, change } = event.data as { user?: { user_id: string }; change?: Rise }
    if (user === undefined || change === undefined || !event.type.startsWith('user.')) return
    const truth = world.load.users.get(user.user_id)
    if (truth === undefined) return void broken('nobody is told of who was never shown', event)
    if (change.to > truth.count) broken('no count is told that was never shown', event)
    if (event.type === 'user.removed' && !truth.disturbed)
      broken('nobody is removed who was never gone', event)
    if (event.type === 'user.created' && truth.base > 0 && !truth.disturbed)
      broken('who was there before is not new', event)
    const transition = JSON.stringify([event.type, user.user_id, change.to])
    const same = transitions.get(transition) ?? event.id
    if (same !== event.id && !truth.disturbed && !lossy && !event.type.endsWith('milestone_reached'))
      broken('a transition has one id', { transition, ids: [same, event.id] })
    transitions.set(transition, event.id)
    if (event.type !== 'user.created' && event.type !== 'user.conversation_count.increased') return
    told.set(user.user_id, [...(told.get(user.user_id) ?? []), change])
  }

  /** @returns how many rises are missing for a reason that is documented */
  function checkChain(id: string, rises: readonly Rise[]): number {
    const truth = world.load.users.get(id)
    if (truth === undefined) return 0
    const covered = new Set(rises.flatMap(({ from, to }) => range(from + 1, to)))
    const missing = range(truth.base + 1, truth.count).filter((n) => !covered.has(n))
    const documented = missing.filter((n) =>
      world.lost.some(
        ({ watermark, counts }) => truth.firstContact <= watermark && n <= (counts?.get(id) ?? 0),
      ),
    )
    if (documented.length < missing.length) broken('every rise is told', { id, truth, rises, missing })
    if (!lossy) {
      const sorted = rises.toSorted((a, b) => a.from - b.from)
      sorted.reduce((at, { from, to }) => {
        if (from !== at) broken('the chain of counts has no gap and no overlap', { id, rises: sorted })
        return to
      }, truth.base)
    }
    return documented.length
  }

  // What was emitted against what was received.
  for (const receiver of world.receivers) {
    for (const event of emitted.values()) {
      if (!receiver.wants(event) || receiver.accepted.has(event.id)) continue
      const reason = await recordedReason(world, receiver.id, event.id)
      if (reason === null)
        broken('every event reaches every endpoint that wants it', { endpoint: receiver.id, event })
    }
    if (receiver.forged() > 0) broken('every signature is right', `${receiver.forged()} at ${receiver.id}`)
    if (!lossy) {
      for (const id of receiver.changed) broken('an event has the same bytes in every attempt', id)
    }
  }

  const duplicates: Record<string, number> = {}
  for (const { endpoint, event, cause, detail } of explainDuplicates(world)) {
    if (cause === null) broken('a duplicate is explained', `${endpoint} ${event} ${detail}`)
    const name = cause ?? 'UNEXPLAINED'
    duplicates[name] = (duplicates[name] ?? 0) + 1
  }
  for (const crash of world.fleet.crashes) broken('no process ends by itself', crash)
  for (const fault of world.faults) {
    if (fault.note.startsWith('DID NOT END')) broken('SIGTERM ends a process within its grace', fault)
  }
  return {
    violations,
    events: everything.size,
    deliveries: world.receivers.reduce((sum, { accepted }) => sum + accepted.size, 0),
    requests: world.receivers.reduce((sum, { requests }) => sum + requests(), 0),
    duplicates,
    excused,
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
}

/** What the log of events holds. */
export async function readOutbox(world: World): Promise<Event[]> {
  const { outbox } = world.keys.source(SOURCE)
  const events: Event[] = []
  for (let from = '-'; ; ) {
    const page = await world.redis.client.xrange(outbox, from, '+', 'COUNT', 1_000)
    for (const [, fields] of page)
      events.push(JSON.parse(fields[fields.indexOf('event') + 1] ?? '{}') as Event)
    const last = page.at(-1)
    if (last === undefined || page.length < 1_000) return events
    from = `(${last[0]}`
  }
}

/** Why a delivery has not succeeded, as the log says it; null where the log gives no reason. */
export async function recordedReason(
  world: World,
  endpointId: string,
  eventId: string,
): Promise<string | null> {
  const query = `endpoint_id=${endpointId}&event_id=${eventId}`
  const { body } = await world.api<{
    data: { status: string; attempts: { error: { code: string } | null }[] }[]
  }>('GET', `/v1/deliveries?${query}`)
  const [delivery] = body?.data ?? []
  if (delivery?.status !== 'failed' && delivery?.status !== 'skipped') return null
  return `${delivery.status}: ${delivery.attempts.at(-1)?.error?.code}`
}

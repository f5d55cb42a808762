import { setTimeout as wait } from 'node:timers/promises'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { cutOff, masterOf } from '../support/redis-masters.ts'
import { type RedisServers, startCluster, startSentinels } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import type { Violation } from './reconcile.ts'

/** Whose master dies, and whether its replica has been cut off by then for as long as it takes to tell of some calls. */
export interface FailoverCase {
  redis: 'Sentinels' | 'Cluster'
  of: 'everything' | 'the source and the tokens' | 'the endpoint'
  behind: boolean
}

export interface FailoverResult extends FailoverCase {
  events: number
  /** Events that the receiver has accepted. */
  deliveries: number
  /** Calls that were never told. */
  lost: number
  /** Webhooks that were accepted again. */
  repeated: number
  /** Deliveries that failed, for their event was found again too late; they are among the others after a recovery. */
  recovered: number
  /** Tokens that the API had answered for, and how many of them are no more. */
  settings: { made: number; lost: number }
  /** For how long the replica had got nothing (ms). */
  behindMs: number
  /** Webhooks whose bytes or rise differ from what was told before, for more had been called when it was found again. */
  toldAnew: number
  /** From the death until the first call that was made after it is told (ms). */
  goesOnMs: number
  /** Until all calls that were made before it are told (ms). */
  wellAgainMs: number
  violations: Violation[]
}

/** As it nearly always is, and as bad as it can be. */
export const CASES: readonly FailoverCase[] = [false, true].flatMap((behind): FailoverCase[] => [
  { redis: 'Sentinels', of: 'everything', behind },
  { redis: 'Cluster', of: 'the source and the tokens', behind },
  { redis: 'Cluster', of: 'the endpoint', behind },
])

const BEFORE_MS = 3_000
const AFTER_MS = 5_000
const TOLD_WITHIN_MS = 60_000
/** Callers who call again and again. */
const CALLERS = 60
const keys = createKeys('ringpost')
/** By its hash slot, the tokens are on the same of three masters. */
const SOURCE_KEY = keys.source('src_default').outbox

/** Kills a master under load, and counts what came of it. */
export async function runFailover(
  one: FailoverCase,
  options: { callsPerSecond: number },
): Promise<FailoverResult> {
  const data = await temporaryDataDir()
  const simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const receiver = await startTestReceiver()
  const servers = one.redis === 'Cluster' ? await startCluster({ replicas: true }) : await startSentinels()
  let ringpost: Ringpost | undefined
  let load: NodeJS.Timeout | undefined
  try {
    ringpost = await startRingpost({
      dataDir: data.dataDir,
      within: 60_000,
      env: {
        REDIS_URL: servers.url,
        ELEVENLABS_API_KEY: 'sim_key',
        ELEVENLABS_BASE_URL: simulator.url,
        RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
        RINGPOST_POLL_INTERVAL: '1s',
      },
    })
    const { api } = ringpost
    const endpointId = await addEndpoint(api, receiver.url, one.redis === 'Cluster' ? servers : null)
    await until(async () => {
      const source = await api<{ state: string }>('GET', '/v1/sources/src_default')
      return source.body.state === 'live'
    })

    /** When each caller has called. */
    const calls = new Map<string, number[]>()
    /** Whether calls are told that were made after a time. */
    const toldSince = (time: number) =>
      receiver.webhooks.some((webhook) => {
        const { user, change } = riseOf(webhook)
        return (calls.get(user.user_id) ?? []).slice(change.from, change.to).some((at) => at > time)
      })
    let n = 0
    load = setInterval(() => {
      const user_id = `caller-${(n++ * 7) % CALLERS}`
      simulator.call({ user_id })
      calls.set(user_id, [...(calls.get(user_id) ?? []), Date.now()])
    }, 1_000 / options.callsPerSecond)
    const settings = startChangingSettings(api)
    await wait(BEFORE_MS)
    const key = one.of === 'the endpoint' ? keys.endpoint(endpointId).due : SOURCE_KEY
    const master = one.redis === 'Cluster' ? await masterOf(servers, key) : servers.servers[0]
    if (master === undefined) throw new Error('There is no master.')
    let behindMs = 0
    if (one.behind) {
      await cutOff(servers, master)
      const cutOffAt = Date.now()
      await until(() => toldSince(cutOffAt), { what: 'a call to be told of which the replica knows nothing' })
      behindMs = Date.now() - cutOffAt
    }
    const diedAt = Date.now()
    await master.kill()
    for (const { child } of servers.servers) child.kill('SIGCONT')
    const within = { within: TOLD_WITHIN_MS, what: 'a call after it to be told' }
    const stuck: Violation[] = []
    const goesOnMs = await until(() => toldSince(diedAt), within).then(
      () => Date.now() - diedAt,
      () => {
        stuck.push({ rule: 'it goes on by itself', detail: ringpost?.output().slice(-4_000) ?? '' })
        return Number.POSITIVE_INFINITY
      },
    )
    const wellAgain = until(() => missingCalls(receiver.webhooks, calls, diedAt) === 0, within).then(
      () => Date.now() - diedAt,
      () => Number.POSITIVE_INFINITY,
    )
    await wait(AFTER_MS)
    clearInterval(load)
    const made = await settings.stop()

    const missing = () => missingCalls(receiver.webhooks, calls)
    const complete = { within: TOLD_WITHIN_MS / 2, what: 'every call to be told' }
    let recovered = 0
    await until(() => missing() === 0, complete).catch(async () => {
      const since = new Date(diedAt - 60_000).toISOString()
      const { body } = await api<{ queued: number }>('POST', `/v1/endpoints/${endpointId}/recover`, {
        since,
        only: 'failed',
      })
      recovered = body.queued
      await until(() => missing() === 0, complete).catch(() => undefined)
    })
    const kept = await tokensOf(api)
    const redis = connectRedis(servers.url, 'suite')
    redis.on('error', () => undefined)
    const events = await redis.xlen(SOURCE_KEY)
    redis.disconnect()
    const deliveries = receiver.accepted().size
    return {
      ...one,
      events,
      deliveries,
      lost: missing(),
      repeated: receiver.webhooks.length - deliveries,
      recovered,
      settings: { made: made.length, lost: made.filter((id) => !kept.has(id)).length },
      behindMs,
      toldAnew: countToldAnew(receiver.webhooks),
      goesOnMs,
      wellAgainMs: await wellAgain,
      violations: [...stuck, ...violationsOf(receiver.webhooks, calls)],
    }
  } finally {
    clearInterval(load)
    await ringpost?.stop('SIGKILL')
    await Promise.all([simulator.close(), receiver.close(), servers.stop()])
    await data.remove()
  }
}

type Webhooks = Awaited<ReturnType<typeof startTestReceiver>>['webhooks']
const riseOf = ({ event }: Webhooks[number]) =>
  event.data as { user: { user_id: string }; change: { from: number; to: number } }

/** Calls that were made up to a time and that no accepted webhook tells of. */
function missingCalls(
  webhooks: Webhooks,
  calls: ReadonlyMap<string, readonly number[]>,
  upTo = Number.POSITIVE_INFINITY,
): number {
  const covered = new Map<string, Set<number>>()
  for (const webhook of webhooks) {
    const { user, change } = riseOf(webhook)
    const counts = covered.get(user.user_id) ?? new Set()
    for (let count = change.from + 1; count <= change.to; count++) counts.add(count)
    covered.set(user.user_id, counts)
  }
  return [...calls].reduce(
    (sum, [user, times]) =>
      sum + times.filter((at, i) => at <= upTo && covered.get(user)?.has(i + 1) !== true).length,
    0,
  )
}

function violationsOf(webhooks: Webhooks, calls: ReadonlyMap<string, readonly number[]>): Violation[] {
  const ids = new Map<string, string>()
  return webhooks.flatMap((webhook): Violation[] => {
    const { user, change } = riseOf(webhook)
    const detail = webhook.body
    const reached = `${webhook.event.type} ${user.user_id} ${change.to}`
    const id = ids.get(reached) ?? webhook.id
    ids.set(reached, id)
    return [
      ...(change.to > (calls.get(user.user_id)?.length ?? 0)
        ? [{ rule: 'no count is told that was never shown', detail }]
        : []),
      ...(id === webhook.id ? [] : [{ rule: 'what is reached has one id', detail }]),
    ]
  })
}

/** Webhooks that tell of a call again in another event, or as another rise than the same event did. */
function countToldAnew(webhooks: Webhooks): number {
  const told = new Map<string, string>()
  return webhooks.filter(({ event, id, body }) => {
    const { user, change } = riseOf({ event } as Webhooks[number])
    const counts = Array.from({ length: change.to - change.from }, (_, i) => change.from + 1 + i)
    const keys = counts.map((count) => `${event.type} ${user.user_id} ${count}`)
    const own = `${id} ${body}`
    const anew = keys.some((key) => (told.get(key) ?? own) !== own)
    for (const key of keys) told.set(key, own)
    return anew
  }).length
}

/** Makes one token after the other; whatever is answered 201 was promised to be there. */
function startChangingSettings(api: Ringpost['api']) {
  let stopping = false
  const made: string[] = []
  const running = (async () => {
    while (!stopping) {
      const { status, body } = await api<{ id: string }>('POST', '/v1/tokens', { name: 'failover' }).catch(
        () => ({ status: 0, body: null }),
      )
      if (status === 201 && body !== null) made.push(body.id)
      await wait(20)
    }
  })()
  return {
    async stop() {
      stopping = true
      await running
      return made
    },
  }
}

/** Adds an endpoint; in a cluster one that is on another master than the source. */
async function addEndpoint(api: Ringpost['api'], url: string, cluster: RedisServers | null): Promise<string> {
  for (;;) {
    const { body } = await api<{ id: string }>('POST', '/v1/endpoints', { url })
    if (cluster === null) return body.id
    const [ours, theirs] = [keys.endpoint(body.id).due, SOURCE_KEY].map((key) => masterOf(cluster, key))
    if ((await ours) !== (await theirs)) return body.id
    await api('DELETE', `/v1/endpoints/${body.id}`)
  }
}

async function tokensOf(api: Ringpost['api']): Promise<Set<string>> {
  const found = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body }: { body: { data: { id: string }[]; next_cursor: string | null } } = await api(
      'GET',
      `/v1/tokens?limit=250${query}`,
    )
    for (const { id } of body.data) found.add(id)
    cursor = body.next_cursor
  }
  return found
}

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createReadAbout } from '../../src/about/read-about.ts'
import { type ApiDeps, createApi } from '../../src/api/create-api.ts'
import { createBackfillEndpoint } from '../../src/backfill/backfill-endpoint.ts'
import { createBackfills } from '../../src/backfill/backfills.ts'
import { createReadChecks } from '../../src/checks/read-checks.ts'
import { createConfiguration } from '../../src/config-file/configuration.ts'
import { createOwnership } from '../../src/config-file/ownership.ts'
import { createExchangeMemories } from '../../src/deliver/exchange-memories.ts'
import { checkUrl, urlWarnings } from '../../src/deliver/guard/url.ts'
import { createMakeAttempt } from '../../src/deliver/make-attempt.ts'
import { createSender } from '../../src/deliver/send.ts'
import { createSecret } from '../../src/deliver/sign.ts'
import { acceptAttention } from '../../src/detect/accept.ts'
import type { PollReport } from '../../src/detect/poll.ts'
import { entryOf, type PollEntry } from '../../src/detect/poll-entry.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import type { UpstreamError } from '../../src/elevenlabs/upstream-error.ts'
import { createEndpoints, type EndpointInput, type EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createRecordedAnswers } from '../../src/idempotency/recorded-answers.ts'
import { eventId } from '../../src/ids.ts'
import { createActivityFeed, createActivityWriter } from '../../src/log/activity.ts'
import { createDeliveryBounds } from '../../src/log/bound-deliveries.ts'
import { createCountEvents } from '../../src/log/count-events.ts'
import { createDeliveryLog } from '../../src/log/deliveries.ts'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'

import { createForgetFailures } from '../../src/log/forget-failures.ts'
import type { NewDelivery } from '../../src/log/new-records.ts'
import { createDeliveryReader } from '../../src/log/read-deliveries.ts'
import { createEventReader } from '../../src/log/read-events.ts'
import { createMetrics } from '../../src/metrics/create-metrics.ts'
import { createReadEndpoints } from '../../src/metrics/read-endpoints.ts'
import { readRedisMemory } from '../../src/metrics/read-redis-memory.ts'
import { createReadSources } from '../../src/metrics/read-sources.ts'
import { createNudges } from '../../src/nudge/nudge-source.ts'
import { createEventEraser } from '../../src/outbox/erase-events.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { outboxOwners } from '../../src/outbox/system-outbox.ts'
import { createQueues } from '../../src/queues/queues.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createRecords } from '../../src/redis/records.ts'
import { createResend } from '../../src/resend/create-resend.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { createSessions } from '../../src/sessions/sessions.ts'
import { createSourceControl } from '../../src/sources/control.ts'
import { createSources, type SourceInput, type SourceRecord } from '../../src/sources/sources.ts'
import { createTokens, type TokenRecord } from '../../src/tokens/tokens.ts'
import type { Event } from '../../src/types.ts'
import { createEraseUser } from '../../src/users/erase-user.ts'
import { createUsers } from '../../src/users/users.ts'
import { oneByOne } from '../support/claim-one.ts'
import { testRedis } from '../support/redis.ts'

export const TOKEN = 'test-token-5f1d9c3ab27e'
export const API_KEY = 'sk_upstream_key_that_is_never_shown'
/** Any moment will do; it is the one of the contract's sample. */
export const NOON = Date.parse('2026-11-23T10:00:00.000Z')

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked at as its receiver would, field by field.
type Json = any

export interface Answer {
  status: number
  headers: Headers
  text: string
  json: Json
}

export interface RequestOptions {
  body?: unknown
  /** The body as it is, in place of JSON. */
  raw?: string
  token?: string | null
  headers?: Record<string, string>
}

/** An API on a socket of its own and a real Redis. Only upstream is made up: `poll` answers `api.report`. */
export async function startTestApi(overrides: Partial<ApiDeps> = {}, deadlineMs = 15_000) {
  const { redis, prefix, connect, close } = await testRedis()
  const keys = createKeys(prefix)
  const clock = { now: NOON }
  const now = () => clock.now
  const masterKey = randomBytes(32)
  const vault = createVault(masterKey)
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-api-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const sources = createSources({
    records: createRecords<SourceRecord>(redis, keys.sources),
    vault,
    defaults: { pollIntervalMs: 30_000, overlapMs: 120_000 },
    now,
  })
  const refuseUrl = (url: string) => void checkUrl(url, { allowNetworks: [], allowHttp: false })
  const endpointDeps = {
    records: createRecords<EndpointRecord>(redis, keys.endpoints),
    vault,
    checkUrl: refuseUrl,
    createSecret,
    onFreshStart: createForgetFailures({ redis, keys }),
    serverTime: async () => now(),
    now,
  }
  const endpoints = createEndpoints(endpointDeps)
  const outbox = createOutbox({ redis, keys })
  const store = createDetectionStore({ redis, keys, leaseMs: 1_000 })
  const queues = createQueues({ connection: redis, keys, logger: pino({ level: 'silent' }) })
  const log = createDeliveryLog({ redis, keys, now, retentionMs: 7 * 86_400_000 })
  const bounds = createDeliveryBounds({ redis, keys, now, retentionMs: 7 * 86_400_000 })
  const reader = createDeliveryReader({ redis, keys, outbox })
  const owners = outboxOwners(sources)
  /** Endpoints that were woken; nothing is attempted but by the test. */
  const woken: string[] = []
  const events = createEventReader({ outbox, owners, endpoints })
  const users = createUsers({ redis, keys, store })
  const backfills = createBackfills({ redis, keys, now })
  const backfill = createBackfillEndpoint({
    backfills,
    endpoints,
    sources,
    users,
    knownUsers: async (sourceId) => (await store.readState(sourceId)).known_users,
    waiting: log.waiting,
    wake: async (endpointId) => void woken.push(endpointId),
    backfillSoon: async () => undefined,
    now,
    logger: pino({ level: 'silent' }),
  })
  const stopping = new AbortController()
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const sender = createSender({
    policy: { allowNetworks: ['127.0.0.0/8'], allowHttp: false },
    deadlineMs,
  })
  const memories = createExchangeMemories()
  const resend = createResend({
    redis,
    keys,
    owners,
    endpoints,
    outbox,
    events,
    deliveries: log,
    reader,
    bounds,
    makeAttempt: createMakeAttempt({ endpoints, sender, memories, now, logger }),
    logger,
    wake: async (endpointId) => void woken.push(endpointId),
    now,
  })
  const quarantine = createQuarantine({ redis, keys, now })
  /** When the last poll that was made up began. */
  let lastPoll: number | null = null
  const history = createPollHistory({ redis, keys, now, logger })
  const state: {
    report: PollReport
    polls: { sourceId: string; full: boolean; dryRun: boolean }[]
    /** What a request to upstream would fail with, when a connection is tried. */
    upstreamError: UpstreamError | null
    nextPoll: number | null
    readiness: { redis: boolean; roles: string[] }
    clockAheadMs: number
  } = {
    report: {
      outcome: 'done',
      kind: 'head',
      requests: 1,
      rows: 100,
      events: {},
      duration_ms: 84,
      error: null,
      next_at: null,
    },
    polls: [],
    upstreamError: null,
    nextPoll: null,
    readiness: { redis: true, roles: ['api', 'poll'] },
    clockAheadMs: 0,
  }
  const metrics = createMetrics({
    readSources: createReadSources({ redis, keys, sources }),
    readQueues: queues.figures,
    readEndpoints: createReadEndpoints({ redis, keys, endpoints }),
    readRedisMemory: () => readRedisMemory(redis),
    now,
  })
  const sourceControl = createSourceControl({
    sources,
    queues,
    detection: {
      interrupt: store.interrupt,
      makeDue: store.makeDue,
      accept: (sourceId, as) => acceptAttention({ redis, keys, store }, sourceId, as),
    },
  })
  const configuration = createConfiguration({ sources, sourceControl, endpoints, checkUrl: refuseUrl })
  const tokens = createTokens({
    records: createRecords<TokenRecord>(redis, keys.tokens),
    redis,
    usesKey: keys.tokenUses,
    now,
  })
  const app = await createApi({
    apiToken: TOKEN,
    version: '1.2.3',
    sources,
    sourceControl,
    configuration,
    ownership: createOwnership(null),
    tryConnection: async () => {
      if (state.upstreamError) throw state.upstreamError
    },
    readState: store.readState,
    nextPoll: async (sourceId) => state.nextPoll ?? queues.nextPoll(sourceId),
    poll: async (sourceId, options) => {
      await sources.get(sourceId)
      state.polls.push({ sourceId, ...options })
      return state.report
    },
    nudges: createNudges({ redis, keys, pollForNudge: queues.pollForNudge, now }),
    nudged: metrics.nudged,
    quarantine,
    history,
    users,
    backfill,
    backfills,
    waiting: log.waiting,
    forgetCaller: memories.forgetCaller,
    eraseUser: createEraseUser({
      events: createEventEraser({ redis, keys }),
      endpoints,
      eraseDeliveries: createEraseDeliveries({ redis, keys }),
      quarantine,
      backfills,
    }),
    metrics,
    urlWarnings: (url) => urlWarnings(url, { allowNetworks: [], allowHttp: false }),
    endpoints,
    deliveries: reader,
    bounds,
    deliveryTimeoutMs: deadlineMs,
    stopping: stopping.signal,
    ...resend,
    activity: createActivityFeed({ redis, connect: () => connect('watch'), keys }),
    eventAt: outbox.jsonAt,
    recordedAnswers: createRecordedAnswers({ redis, keys, vault }),
    tokens,
    sessions: createSessions({ redis, keys, apiToken: TOKEN, tokens, now }),
    countEvents: createCountEvents({ redis, keys, owners }),
    about: createReadAbout({
      config: {
        roles: ['api', 'poll'],
        demo: false,
        eventRetentionMs: 30 * 86_400_000,
        deliveryRetentionMs: 7 * 86_400_000,
        retrySchedule: [5_000, 300_000],
      },
      redis,
      readQueues: queues.figures,
      now,
    }),
    readChecks: createReadChecks({
      redis,
      keys,
      settings: { dataDir, masterKey, previousMasterKey: null },
      configFile: null,
      policy: { allowNetworks: [], allowHttp: false },
      clockAheadMs: () => state.clockAheadMs,
    }),
    // All requests of a test come from one address.
    failedAttempts: 100_000,
    events,
    readiness: async () => state.readiness,
    boardQueues: queues.all,
    logger,
    now,
    ...overrides,
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.close()
    await sender.close()
    await queues.close()
    await close()
  })

  async function request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { token = TOKEN, raw } = options
    const body = raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }

  return {
    app: app as FastifyInstance,
    url,
    redis,
    keys,
    clock,
    state,
    lines,
    memories,
    dataDir,
    vault,
    sources,
    endpoints,
    configuration,
    /** The same endpoints through another process, as it were. */
    endpointsWith: (more: Partial<Parameters<typeof createEndpoints>[0]>) =>
      createEndpoints({ ...endpointDeps, ...more }),
    log,
    bounds,
    users,
    backfill,
    backfills,
    woken,
    /** Deliveries that an endpoint is to be sent, by their ids. */
    dueAt: async (endpointId: string) =>
      (await redis.zrange(keys.endpoint(endpointId).due, '0', '-1')).sort(),
    ...oneByOne({ redis, keys, log, now }),
    stopping,
    quarantine,
    history,
    store,
    queues,
    metrics,
    outbox,
    logger,
    noteActivity: createActivityWriter({ redis, keys }),
    request,
    get: (path: string, options?: RequestOptions) => request('GET', path, options),
    post: (path: string, body?: unknown, options?: RequestOptions) =>
      request('POST', path, { body, ...options }),
    patch: (path: string, body: unknown) => request('PATCH', path, { body }),

    /** A source with an id of its own choice, as only the environment makes one. */
    addSource: async (id: string, more: Partial<SourceInput> = {}) => {
      const { base_url, api_key, agent_id, branch_id, ...rest } = {
        name: id.slice('src_'.length),
        base_url: 'https://api.elevenlabs.io',
        api_key: API_KEY,
        agent_id: null,
        branch_id: null,
        ...more,
      }
      const { name, ...settings } = rest
      await sources.keep({ id, name, base_url, api_key, agent_id, branch_id })
      return (await sources.patch(id, settings)).source
    },

    /** An endpoint at an address that only a configuration allows, such as a receiver of the test's own. */
    addLocalEndpoint: async (url: string, more: Partial<EndpointInput> = {}) => {
      const { endpoint } = await createEndpoints({ ...endpointDeps, checkUrl: () => undefined }).create({
        url,
        description: '',
        event_types: null,
        source_ids: null,
        headers: {},
        enabled: true,
        ...more,
      })
      return endpoint
    },

    addEndpoint: async (more: Partial<EndpointInput> = {}) => {
      const { endpoint } = await endpoints.create({
        url: 'https://hooks.example.com/ringpost',
        description: '',
        event_types: null,
        source_ids: null,
        headers: {},
        enabled: true,
        ...more,
      })
      return endpoint
    },

    /** Puts polls into a source's history, each so long after the one before that it is an entry of its own. */
    addPolls: async (sourceId: string, polls: number, more: Partial<PollEntry> = {}) => {
      const token = await store.acquire(sourceId)
      if (token === null) throw new Error('Somebody else holds the lease.')
      for (let i = 0; i < polls; i++) {
        lastPoll = (lastPoll ?? now() - 10 * 86_400_000) + 120_000
        const next = lastPoll + 30_000
        const times = { from: lastPoll, to: lastPoll + 100, next }
        await history.record(
          sourceId,
          token,
          entryOf({ outcome: 'quiet', kind: 'head', requests: 1, rows: 100, ...times, ...more }),
        )
      }
      await store.release(sourceId, token)
    },

    /** Puts an event into a source's outbox as detect/commit-page.lua does. */
    addEvent: async (sourceId: string, event: Event, streamId = '*') => {
      const { outbox: stream, eventIndex } = keys.source(sourceId)
      const place = await redis.xadd(stream, streamId, 'id', event.id, 'event', JSON.stringify(event))
      if (place === null) throw new Error('XADD has added nothing.')
      await redis.hset(eventIndex, event.id, place)
      return place
    },
  }
}

export type TestApi = Awaited<ReturnType<typeof startTestApi>>

/** The event of a user's n-th conversation. */
export function userEvent(
  sourceId: string,
  userId: string,
  count = 1,
  more: { type?: Event['type']; at?: number } = {},
): Event {
  const type = more.type ?? (count === 1 ? 'user.created' : 'user.conversation_count.increased')
  return {
    id: eventId({ sourceId, userId, epoch: 0, type, count }),
    type,
    timestamp: new Date(more.at ?? NOON).toISOString(),
    data: {
      source: { id: sourceId, name: sourceId.slice('src_'.length) },
      user: { user_id: userId, conversation_count: count },
      previous: count === 1 ? null : { conversation_count: count - 1 },
      change: { from: count - 1, to: count, by: 1 },
    },
  }
}

/** What the relay records of an event. */
export function deliveryOf(event: Event, sourceId: string, streamId = '1-0'): NewDelivery {
  return { eventId: event.id, eventType: event.type, sourceId, streamId }
}

/** Walks a list to its end. `between` runs after each page but the last. */
export async function walk(
  api: Pick<TestApi, 'get'>,
  path: string,
  between: (page: Json[]) => Promise<void> = async () => undefined,
): Promise<Json[][]> {
  const pages: Json[][] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`
    const answer = await api.get(path + query)
    if (answer.status !== 200) throw new Error(`${path}${query} answered ${answer.text}`)
    pages.push(answer.json.data)
    cursor = answer.json.next_cursor
    if (cursor !== null) await between(answer.json.data)
  } while (cursor !== null)
  return pages
}

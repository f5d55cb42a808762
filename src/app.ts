import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { startBackfillWorker } from '../workers/backfill.ts'
import { startDeliverWorker } from '../workers/deliver.ts'
import { startEnrichWorker } from '../workers/enrich.ts'
import { startMaintainWorker } from '../workers/maintain.ts'
import { startPollWorker } from '../workers/poll.ts'
import { startRelayWorker } from '../workers/relay.ts'
import { createReadAbout } from './about/read-about.ts'
import { createApi } from './api/create-api.ts'
import { createHealthApi } from './api/create-health-api.ts'
import { listen } from './api/listen.ts'
import { createBackfillEndpoint } from './backfill/backfill-endpoint.ts'
import { createBackfills } from './backfill/backfills.ts'
import { createReadChecks } from './checks/read-checks.ts'
import type { Config } from './config/schema.ts'
import { createConfiguration } from './config-file/configuration.ts'
import { createKeepConfigured } from './config-file/keep-configured.ts'
import type { LoadedFile } from './config-file/load.ts'
import { createOwnership } from './config-file/ownership.ts'
import type { Change } from './config-file/plan.ts'
import { createSourceConnect } from './deliver/guard/connector.ts'
import { checkUrl, urlWarnings } from './deliver/guard/url.ts'
import { createSecret } from './deliver/sign.ts'
import { createDelivery } from './delivery.ts'
import { acceptAttention } from './detect/accept.ts'
import { createKeepWatermarks } from './detect/keep-watermarks.ts'
import { createPoll } from './detect/poll.ts'
import { createPollHistory } from './detect/poll-history.ts'
import { createPollSource } from './detect/poll-source.ts'
import { createQuarantine } from './detect/quarantine.ts'
import { createDetectionStore } from './detect/store.ts'
import { createWatermarkFiles } from './detect/watermark-files.ts'
import { createGetConversation } from './elevenlabs/get-conversation.ts'
import { createListUsers } from './elevenlabs/list-users.ts'
import { createEndpoints, type EndpointRecord } from './endpoints/endpoints.ts'
import { createEnrichSource } from './enrich/enrich-source.ts'
import { createTurns } from './enrich/turns.ts'
import { createSecondLook } from './fanout/second-look.ts'
import { createAgent } from './http/agent.ts'
import { createRecordedAnswers } from './idempotency/recorded-answers.ts'
import { createActivityFeed, createActivityWriter } from './log/activity.ts'
import { createDeliveryBounds } from './log/bound-deliveries.ts'
import { createCountEvents } from './log/count-events.ts'
import { createEraseDeliveries } from './log/erase-deliveries.ts'
import { createForgetFailures } from './log/forget-failures.ts'
import { createDeliveryReader } from './log/read-deliveries.ts'
import { createEventReader } from './log/read-events.ts'
import { createPurgeEndpoint } from './maintain/purge-endpoint.ts'
import { createPurgeSource } from './maintain/purge-source.ts'
import { createSweep } from './maintain/sweep.ts'
import { createMetrics } from './metrics/create-metrics.ts'
import { createReadEndpoints } from './metrics/read-endpoints.ts'
import { readRedisMemory } from './metrics/read-redis-memory.ts'
import { createReadSources } from './metrics/read-sources.ts'
import { createNudges } from './nudge/nudge-source.ts'
import { createEventEraser } from './outbox/erase-events.ts'
import { outboxOwners } from './outbox/system-outbox.ts'
import { inGroups } from './queues/in-groups.ts'
import { keepSchedules } from './queues/keep-schedules.ts'
import { createQueues } from './queues/queues.ts'
import { closeWorkers } from './queues/start-worker.ts'
import type { Redis } from './redis/client.ts'
import { duplicateRedis } from './redis/connect.ts'
import { isReady } from './redis/is-ready.ts'
import { createKeys } from './redis/keys.ts'
import { checkLayout } from './redis/layout.ts'
import { createRecords } from './redis/records.ts'
import { serverTime } from './redis/server-time.ts'
import { startSharedClock } from './redis/shared-clock.ts'
import { createResend } from './resend/create-resend.ts'
import { checkMasterKey } from './secrets/check-master-key.ts'
import type { Vault } from './secrets/vault.ts'
import { createSessions } from './sessions/sessions.ts'
import { createSourceControl } from './sources/control.ts'
import { createSources, type ManagedSource, type SourceRecord } from './sources/sources.ts'
import { createTokens, type TokenRecord } from './tokens/tokens.ts'
import type { Traces } from './traces/traces.ts'
import { createEraseUser } from './users/erase-user.ts'
import { createUsers } from './users/users.ts'
import { version } from './version.ts'

/** How long a poller may be silent before another takes its source over (ms). */
const LEASE_MS = 10_000
const SWEEP_EVERY_MS = 5_000
/**
 * Polls of one process at a time. A poll costs next to nothing while it waits for upstream, and a baseline or
 * a hanging upstream may hold its place for long: there must be more places than such sources.
 */
const POLLS_AT_ONCE = 500
/** Endpoints whose sending one process begins at a time, in each lane. */
const ENDPOINTS_AT_ONCE = 200
/** How long what was broken off at the stop may take to be given back (ms). */
const GIVING_BACK_MS = 1_000
/** How often a process looks whether Redis still holds its sources and schedules (ms). */
const KEEP_EVERY_MS = 10_000
/** How long such a look may keep a process from ending (ms). */
const KEEPING_MS = 2_000

/** A running ringpost. */
export interface App {
  /** Where the API listens; null where this process has no role `api`. */
  url: string | null
  /** Where `/healthz`, `/readyz` and `/metrics` are; null where this process has no port. */
  healthUrl: string | null
  /** What became of each source and endpoint that the configuration file names. */
  configured: Change[]
  /** Drains and ends everything that was started. Can be called again. */
  stop(): Promise<void>
}

/**
 * The composition root: every part of a process, wired by hand in the order in which data flows through it.
 * Returns when everything runs.
 */
export async function startApp(deps: {
  config: Config
  redis: Redis
  keyPrefix: string
  vault: Vault
  apiToken: string
  /** Sources that the environment names. */
  configuredSources: readonly ManagedSource[]
  configFile: LoadedFile | null
  traces: Traces
  logger: Logger
}): Promise<App> {
  const { config, redis, vault, logger, traces } = deps
  const now = Date.now
  const random = Math.random
  const keys = createKeys(deps.keyPrefix)
  const stopping = new AbortController()
  const releases: (() => Promise<unknown>)[] = []
  let stopped: Promise<void> | null = null
  const stop = () => {
    stopped ??= (async () => {
      stopping.abort()
      for (const release of releases.reverse()) await release()
    })()
    return stopped
  }
  const has = (role: Config['roles'][number]) => config.roles.includes(role)
  await checkLayout({ redis, keys })
  await checkMasterKey({ redis, keys, vault })
  const clock = await startSharedClock({ redis, logger })
  releases.push(async () => clock.stop())

  // What people have set up.
  const policy = { allowNetworks: config.allowNetworks, allowHttp: config.allowHttp }
  const refuseUrl = (url: string) => void checkUrl(url, policy)
  const sources = createSources({
    records: createRecords<SourceRecord>(redis, keys.sources),
    vault,
    defaults: { pollIntervalMs: config.pollIntervalMs, overlapMs: config.pollOverlapMs },
    now,
    demo: config.demo,
  })
  const endpoints = createEndpoints({
    records: createRecords<EndpointRecord>(redis, keys.endpoints),
    vault,
    checkUrl: refuseUrl,
    createSecret,
    onFreshStart: createForgetFailures({ redis, keys }),
    serverTime: () => serverTime(redis),
    now: clock.now,
  })
  const queues = createQueues({ connection: redis, keys, logger })
  releases.push(queues.close)

  const metrics = createMetrics({
    readSources: createReadSources({ redis, keys, sources }),
    readQueues: queues.figures,
    readEndpoints: createReadEndpoints({ redis, keys, endpoints }),
    readRedisMemory: () => readRedisMemory(redis),
    now,
  })

  // elevenlabs → detect → outbox
  const upstreamAgent = createAgent({ connect: createSourceConnect(config.upstream.baseUrl) })
  releases.push(() => upstreamAgent.close())
  const store = traces.store(createDetectionStore({ redis, keys, leaseMs: LEASE_MS }))
  const quarantine = createQuarantine({ redis, keys, now })
  const history = createPollHistory({ redis, keys, now, logger })
  const watermarks = createWatermarkFiles(config.dataDir)
  const keepWatermarks = createKeepWatermarks({ redis, keys, watermarks, logger })
  const listUsers = createListUsers({ dispatcher: upstreamAgent, now })
  const pollSource = createPollSource({
    sources,
    state: store,
    poll: traces.poll(
      createPoll({
        listUsers,
        store,
        quarantine,
        watermarks,
        history,
        fullScanIntervalMs: config.fullScanIntervalMs,
        leaseMs: LEASE_MS,
        now,
        random,
        logger,
        detected: metrics.detected,
        onEvents: (sourceId) => {
          queues.relayNow(sourceId).catch(() => undefined)
        },
      }),
    ),
    stopPolls: queues.stopPolls,
    polled: metrics.polled,
    relayNow: queues.relayNow,
    pollAt: queues.pollAt,
    pollSoon: queues.pollSoon,
    logger,
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

  // outbox → enrich → fanout → deliver → log
  const noteActivity = createActivityWriter({ redis, keys })
  const { outbox, deliveries, sender, makeAttempt, memories, alerts, relay, drains } = createDelivery({
    redis,
    keys,
    queues,
    endpoints,
    policy,
    deadlineMs: config.deliveryTimeoutMs,
    schedule: config.retrySchedule,
    retentionMs: config.deliveryRetentionMs,
    eventRetentionMs: config.eventRetentionMs,
    now: clock.now,
    random,
    logger,
    signal: stopping.signal,
    attempted: metrics.attempted,
    noteActivity,
    traces,
  })
  const enrich = createEnrichSource({
    outbox,
    sources,
    getConversation: createGetConversation({ dispatcher: upstreamAgent, now }),
    inTurn: createTurns({ redis, keys }),
    enrichSoon: queues.enrichSoon,
    relayNow: queues.relayNow,
    countRequest: async (sourceId) => {
      await redis.hincrby(keys.source(sourceId).state, 'enrich_requests', 1)
    },
    now,
    pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    logger,
    enriched: metrics.enriched,
  })
  // From the last to the first: what is under way may come to its end, the rest is broken off and given back.
  releases.push(() => drains.settled(GIVING_BACK_MS))
  releases.push(sender.close)
  releases.push(() => drains.settled(config.deliveryTimeoutMs + 5_000))
  const bounds = createDeliveryBounds({
    redis,
    keys,
    now: clock.now,
    retentionMs: config.deliveryRetentionMs,
  })
  const reader = createDeliveryReader({ redis, keys, outbox })
  const owners = outboxOwners(sources)
  const events = createEventReader({ outbox, owners, endpoints })
  const users = createUsers({ redis, keys, store })
  const backfills = createBackfills({ redis, keys, now })
  const backfill = createBackfillEndpoint({
    backfills,
    endpoints,
    sources,
    users,
    knownUsers: async (sourceId) => (await store.readState(sourceId)).known_users,
    waiting: deliveries.waiting,
    wake: queues.wake,
    backfillSoon: queues.backfillSoon,
    now,
    logger,
  })
  const sweep = createSweep({
    owners,
    endpoints,
    alerts,
    outbox,
    quarantine,
    deliveries,
    backfills: { isRunning: backfills.isRunning, soon: (id) => queues.backfillSoon(id, 0) },
    bounds,
    secondLook: createSecondLook({
      redis,
      keys,
      owners,
      outbox,
      relayNow: queues.relayNow,
      now: clock.now,
      logger,
    }),
    relayNow: queues.relayNow,
    wake: queues.wake,
    purgeSource: createPurgeSource({ redis, keys, sources, watermarks }),
    purgeEndpoint: createPurgeEndpoint({ redis, keys, endpoints, now: clock.now }),
    eventRetentionMs: config.eventRetentionMs,
    now: clock.now,
    logger,
  })

  // What this process does of it.
  try {
    const keepConfigured = createKeepConfigured({
      sources,
      configuration,
      managed: deps.configuredSources,
      // Who polls has the keys; a process that only delivers may have none.
      isComplete: has('poll'),
      file: deps.configFile,
      logger,
    })
    const configured = await keepConfigured()
    const worker = { connection: redis, keys, logger, signal: stopping.signal }
    const workers = [
      ...(has('poll')
        ? [
            startPollWorker({ ...worker, concurrency: POLLS_AT_ONCE, poll: pollSource.scheduled }),
            startEnrichWorker({ ...worker, concurrency: POLLS_AT_ONCE, enrich }),
          ]
        : []),
      ...(has('relay') ? [startRelayWorker({ ...worker, concurrency: 10, relay })] : []),
      ...(has('deliver')
        ? [
            startDeliverWorker('deliver', { ...worker, concurrency: ENDPOINTS_AT_ONCE, drain: drains.drain }),
            startDeliverWorker('retry', { ...worker, concurrency: ENDPOINTS_AT_ONCE, drain: drains.drain }),
          ]
        : []),
      ...(has('maintain')
        ? [
            startMaintainWorker({ ...worker, concurrency: 1, sweep }),
            startBackfillWorker({ ...worker, concurrency: 20, backfill: backfill.run }),
          ]
        : []),
    ]
    releases.push(() => closeWorkers(workers, config.deliveryTimeoutMs + 5_000))
    releases.push(
      await keepSchedules({
        everyMs: KEEP_EVERY_MS,
        graceMs: KEEPING_MS,
        logger,
        async restore() {
          await keepConfigured()
          if (has('maintain')) await queues.scheduleMaintenance(SWEEP_EVERY_MS)
          if (!has('poll')) return
          const polled = (await sources.list()).filter(({ paused }) => !paused)
          await inGroups(polled, (source) => queues.keepPolling(source.id, sources.paceOf(source).intervalMs))
          await keepWatermarks(polled.map(({ id }) => id))
        },
      }),
    )
    const readiness = async () => ({ redis: await isReady(redis), roles: [...config.roles] })
    if (!has('api')) {
      if (config.healthPort === null) return { url: null, healthUrl: null, configured, stop }
      const health = createHealthApi({ readiness, metrics, logger })
      releases.push(() => health.close())
      const at = { host: config.host, port: config.healthPort, variable: 'RINGPOST_HEALTH_PORT' as const }
      return { url: null, healthUrl: await listen(health, at), configured, stop }
    }

    const tokens = createTokens({
      records: createRecords<TokenRecord>(redis, keys.tokens),
      redis,
      usesKey: keys.tokenUses,
      now,
    })
    const api = await createApi({
      apiToken: deps.apiToken,
      corsOrigins: config.corsOrigins,
      version,
      sources,
      sourceControl,
      configuration,
      ownership: createOwnership(deps.configFile?.content ?? null),
      tryConnection: async ({ base_url, api_key, agent_id, branch_id }) => {
        await listUsers({
          baseUrl: base_url,
          apiKey: api_key,
          agentId: agent_id,
          branchId: branch_id,
          cursor: null,
        })
      },
      readState: store.readState,
      nextPoll: queues.nextPoll,
      poll: (sourceId, options) => pollSource.asked(sourceId, options, stopping.signal),
      nudges: createNudges({ redis, keys, pollForNudge: queues.pollForNudge, now }),
      nudged: metrics.nudged,
      quarantine,
      history,
      users,
      backfill,
      backfills,
      waiting: deliveries.waiting,
      forgetCaller: memories.forgetCaller,
      eraseUser: createEraseUser({
        events: createEventEraser({ redis, keys }),
        endpoints,
        eraseDeliveries: createEraseDeliveries({ redis, keys }),
        quarantine,
        backfills,
      }),
      metrics,
      endpoints,
      urlWarnings: (url) => urlWarnings(url, policy),
      deliveries: reader,
      bounds,
      deliveryTimeoutMs: config.deliveryTimeoutMs,
      stopping: stopping.signal,
      ...createResend({
        redis,
        keys,
        owners,
        endpoints,
        outbox,
        events,
        deliveries,
        reader,
        bounds,
        makeAttempt,
        wake: queues.wake,
        now: clock.now,
        logger,
      }),
      activity: createActivityFeed({
        redis,
        connect: () => duplicateRedis(redis, 'watch'),
        keys,
      }),
      eventAt: outbox.jsonAt,
      recordedAnswers: createRecordedAnswers({ redis, keys, vault }),
      tokens,
      sessions: createSessions({ redis, keys, apiToken: deps.apiToken, tokens, now }),
      events,
      readiness,
      boardQueues: config.queueBoard ? queues.all : null,
      countEvents: createCountEvents({ redis, keys, owners }),
      about: createReadAbout({ config, redis, readQueues: queues.figures, now }),
      readChecks: createReadChecks({
        redis,
        keys,
        settings: config,
        configFile: deps.configFile,
        policy,
        clockAheadMs: clock.aheadMs,
      }),
      logger,
      now,
    })
    releases.push(() => api.close())
    const url = await listen(api, { host: config.host, port: config.port })
    return { url, healthUrl: url, configured, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

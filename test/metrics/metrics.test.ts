import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createMetrics } from '../../src/metrics/create-metrics.ts'
import { PROCESS_METRICS, SHARED_METRICS } from '../../src/metrics/definitions.ts'
import { readRedisMemory } from '../../src/metrics/read-redis-memory.ts'
import { QUEUE_NAMES } from '../../src/queues/queues.ts'
import { deliveryOf, startTestApi, type TestApi, userEvent } from '../api/support.ts'
import { createDetection } from '../detect/detection.ts'
import { client, startServer } from '../redis/own-server.ts'
import { testRedis } from '../support/redis.ts'

const nothing = {
  readSources: async () => [],
  readQueues: async () => [],
  readEndpoints: async () => [],
  readRedisMemory: async () => ({ usedBytes: 1, maxBytes: null }),
  now: Date.now,
}

/** The lines of a metric, without comments. */
function linesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
}

async function scrape(api: TestApi): Promise<string> {
  const answer = await api.get('/metrics', { token: null })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/plain')
  return answer.text
}

test('docs/metrics.md lists what there is: name, type, labels and meaning', async () => {
  const metrics = createMetrics(nothing)
  await metrics.scrape()
  const docs = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const documented = [...docs.matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \| (.+?) \| (.+) \|$/gm)].map(
    ([, name = '', type, labels = '', meaning]) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      meaning,
    }),
  )
  const real = metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames = [] } = metric as typeof metric & { labelNames?: string[] }
    return { name, type: String(type), labels: labelNames, meaning: help }
  })
  const ours = <T extends { name: string }>(all: T[]) =>
    all.filter(({ name }) => name.startsWith('ringpost_'))
  expect(ours(documented)).toEqual(ours(real))
  expect(ours(real).map(({ name }) => name)).toEqual([
    ...Object.keys(SHARED_METRICS),
    ...Object.keys(PROCESS_METRICS),
  ])
  // Not all of those of Node.js are there on every system.
  const names = documented.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(real.map(({ name }) => name)))
  expect(new Set(names).size).toBe(names.length)
})

test('tells of each source what its state says', async () => {
  const api = await startTestApi()
  await api.addSource('src_one')
  await api.addSource('src_two')
  await api.redis.hset(api.keys.source('src_one').state, {
    mode: 'live',
    known_users: 12_400,
    total_polls: 210,
    failed_polls: 7,
    total_requests: 214,
    late_changes: 3,
    quarantined_rows: 2,
    failures: 1,
    failing_since: api.clock.now,
    seen_at: api.clock.now - 90_500,
    not_before: api.clock.now + 29_500,
    last_poll: JSON.stringify({ at: new Date(api.clock.now - 500).toISOString() }),
    'events:user.created': 12,
    'events:user.removed': 1,
  })
  const text = await scrape(api)
  const value = (name: string, labels: string) =>
    linesOf(text, `ringpost_${name}`)
      .find((line) => line.includes(`{${labels}}`))
      ?.split(' ')[1]
  const one = 'source="src_one"'
  expect(value('source_known_users', one)).toBe('12400')
  expect(value('source_polls_total', one)).toBe('210')
  expect(value('source_failed_polls_total', one)).toBe('7')
  expect(value('source_upstream_requests_total', one)).toBe('214')
  expect(value('source_late_changes_total', one)).toBe('3')
  expect(value('source_quarantined_rows_total', one)).toBe('2')
  expect(value('source_consecutive_failures', one)).toBe('1')
  expect(value('source_lag_seconds', one)).toBe('90.5')
  expect(Number(value('source_last_poll_timestamp_seconds', one))).toBe((api.clock.now - 500) / 1000)
  expect(Number(value('source_next_poll_timestamp_seconds', one))).toBe((api.clock.now + 29_500) / 1000)
  expect(value('source_events_total', `${one},type="user.created"`)).toBe('12')
  expect(value('source_events_total', `${one},type="user.removed"`)).toBe('1')
  expect(linesOf(text, 'ringpost_source_condition').filter((line) => line.endsWith(' 1'))).toEqual([
    'ringpost_source_condition{source="src_one",state="failing"} 1',
    'ringpost_source_condition{source="src_two",state="baseline"} 1',
  ])
  expect(value('source_known_users', 'source="src_two"')).toBe('0')
  expect(value('source_lag_seconds', 'source="src_two"')).toBeUndefined()
  expect(value('source_last_poll_timestamp_seconds', 'source="src_two"')).toBeUndefined()
  expect(value('source_next_poll_timestamp_seconds', 'source="src_two"')).toBeUndefined()
  expect(linesOf(text, 'ringpost_redis_up')).toEqual(['ringpost_redis_up 1'])
  // Scraped again, nothing has added up, and what is gone is gone.
  await api.redis.hdel(api.keys.sources, 'src_two')
  const again = await scrape(api)
  expect(linesOf(again, 'ringpost_source_polls_total')).toEqual([
    'ringpost_source_polls_total{source="src_one"} 210',
  ])
})

test('tells how full the queues are, and how old', async () => {
  const api = await startTestApi()
  await api.queues.wake('ep_1')
  await api.queues.wakeLater('ep_1', 60_000)
  api.clock.now = Date.now() + 30_000
  const text = await scrape(api)
  const jobs = linesOf(text, 'ringpost_queue_jobs').filter((line) => !line.endsWith(' 0'))
  expect(jobs.sort()).toEqual([
    'ringpost_queue_jobs{queue="deliver",state="waiting"} 1',
    'ringpost_queue_jobs{queue="retry",state="delayed"} 1',
  ])
  expect(linesOf(text, 'ringpost_queue_jobs')).toHaveLength(QUEUE_NAMES.length * 4)
  const ages = new Map(
    linesOf(text, 'ringpost_queue_oldest_waiting_seconds').map((line) => {
      const [, queue = '', age] = /queue="(\w+)"} (.+)$/.exec(line) ?? []
      return [queue, Number(age)]
    }),
  )
  expect(ages.get('retry')).toBe(0)
  expect(ages.get('deliver')).toBeGreaterThan(29)
  expect(ages.get('deliver')).toBeLessThan(90)
})

test('tells how endpoints are and what waits for them', async () => {
  const api = await startTestApi()
  const one = async (more: Parameters<typeof api.addEndpoint>[0] = {}) => {
    const { id } = await api.addEndpoint(more)
    const event = userEvent('src_one', id)
    await api.log.accept(id, [deliveryOf(event, 'src_one')])
    return { id, health: api.keys.endpoint(id).health }
  }
  await one()
  const failing = await one()
  const silent = await one()
  const slow = await one({ rate_limit: 1 })
  await one({ enabled: false })
  const retried = await one()
  await api.redis.hset(failing.health, { failing_since: api.clock.now - 60_000, failures: 3 })
  await api.redis.hset(silent.health, {
    failing_since: api.clock.now - 30_000,
    unanswered: 5,
    open_until: api.clock.now + 5_000,
  })
  // What cannot be sent now for a reason of its own is not what is late.
  for (const { id } of [silent, slow]) {
    const [delivery = ''] = await api.dueAt(id)
    await api.redis.zadd(api.keys.endpoint(id).due, api.clock.now - 500_000, delivery)
  }
  const [delivery = ''] = await api.dueAt(retried.id)
  await api.redis.zadd(api.keys.endpoint(retried.id).retries, api.clock.now - 5_000, delivery)
  api.clock.now += 10_000
  const text = await scrape(api)
  const lines = (name: string) => linesOf(text, `ringpost_${name}`)
  expect(lines('endpoints')).toEqual([
    'ringpost_endpoints{condition="healthy"} 3',
    'ringpost_endpoints{condition="failing"} 1',
    'ringpost_endpoints{condition="breaker_open"} 1',
    'ringpost_endpoints{condition="disabled"} 1',
  ])
  expect(lines('endpoint_failing_seconds').sort()).toEqual(
    [
      `ringpost_endpoint_failing_seconds{endpoint="${failing.id}"} 70`,
      `ringpost_endpoint_failing_seconds{endpoint="${silent.id}"} 40`,
    ].sort(),
  )
  expect(lines('endpoint_breaker_open')).toEqual([
    `ringpost_endpoint_breaker_open{endpoint="${silent.id}"} 1`,
  ])
  expect(lines('deliveries')).toContain('ringpost_deliveries{status="pending"} 6')
  expect(lines('deliveries')).toHaveLength(5)
  expect(lines('deliveries_overdue_seconds')).toEqual(['ringpost_deliveries_overdue_seconds 15'])
})

test('tells how full Redis is, and its bound where it has one', async () => {
  const socket = await startServer('--maxmemory', '100mb')
  const bounded = client(socket)
  expect(await readRedisMemory(bounded)).toEqual({ usedBytes: expect.any(Number), maxBytes: 104_857_600 })
  const { redis, close } = await testRedis()
  try {
    const { usedBytes, maxBytes } = await readRedisMemory(redis)
    expect(usedBytes).toBeGreaterThan(100_000)
    expect(maxBytes).toBeNull()
  } finally {
    await close()
  }
})

test('tells what the process did: polls, attempts, how soon callers were seen', async () => {
  const api = await startTestApi()
  api.metrics.polled({ kind: 'head', outcome: 'done', duration_ms: 80 })
  api.metrics.polled({ kind: 'full', outcome: 'failed', duration_ms: 5_000 })
  api.metrics.polled({ kind: 'head', outcome: 'busy', duration_ms: 0 })
  api.metrics.attempted('succeeded', 20, 'webhook')
  api.metrics.attempted('receiver', 15_000, 'webhook')
  api.metrics.detected(-5_000)
  const text = await scrape(api)
  expect(linesOf(text, 'ringpost_poll_duration_seconds_sum')).toEqual([
    'ringpost_poll_duration_seconds_sum{kind="head",outcome="done"} 0.08',
    'ringpost_poll_duration_seconds_sum{kind="full",outcome="failed"} 5',
  ])
  expect(linesOf(text, 'ringpost_attempts_total')).toEqual([
    'ringpost_attempts_total{kind="webhook",outcome="succeeded"} 1',
    'ringpost_attempts_total{kind="webhook",outcome="receiver"} 1',
  ])
  expect(linesOf(text, 'ringpost_attempt_duration_seconds_sum')).toHaveLength(2)
  expect(linesOf(text, 'ringpost_detection_lag_seconds_count')).toEqual([
    'ringpost_detection_lag_seconds_count 1',
  ])
  expect(linesOf(text, 'ringpost_detection_lag_seconds_sum')).toEqual([
    'ringpost_detection_lag_seconds_sum 0',
  ])
  expect(text).toMatch(/^process_cpu_seconds_total /m)
})

test('what the process knows is told also while Redis cannot be read, or does not answer', async () => {
  for (const readSources of [() => Promise.reject(new Error('gone')), () => new Promise<never>(() => {})]) {
    const metrics = createMetrics({ ...nothing, readSources, patienceMs: 20 })
    metrics.attempted('succeeded', 1, 'webhook')
    const text = await metrics.scrape()
    expect(linesOf(text, 'ringpost_redis_up')).toEqual(['ringpost_redis_up 0'])
    expect(linesOf(text, 'ringpost_attempts_total')).toHaveLength(1)
    expect(linesOf(text, 'ringpost_source_polls_total')).toEqual([])
  }
})

test('detection counts events by type and failed polls, and tells how soon a call was seen', async () => {
  const d = await createDetection()
  try {
    const lags: number[] = []
    // The poll looks it up each time.
    Object.assign(d.deps, { detected: (ms: number) => lags.push(ms) })
    d.simulator.seed({ users: 150, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    await d.poll()
    d.pass(600)
    d.simulator.call({ user_id: 'new' })
    d.simulator.call({ user_id: 'user_0000001' })
    d.pass(20)
    await d.poll()
    expect(lags).toEqual([20_000, 20_000])
    d.simulator.call({ user_id: 'user_0000149', at_unix_secs: d.nowSecs() - 200_000 })
    await d.poll({}, { full: true })
    // What a full scan finds says nothing of how soon head polls see.
    expect(lags).toHaveLength(2)
    d.simulator.fault({ kind: 'status', status: 500 })
    await d.poll()
    const state = await d.state()
    expect(state.events_by_type).toEqual({ 'user.created': 1, 'user.conversation_count.increased': 2 })
    expect(state).toMatchObject({ total_polls: 4, failed_polls: 1, total_events: 3 })
    expect(state.seen_at).toBe(d.clock.ms)
  } finally {
    await d.close()
  }
})

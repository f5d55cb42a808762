import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDrainEndpoints } from '../../src/deliver/drain-endpoints.ts'
import type { Outcome } from '../../src/deliver/failures.ts'
import { DISABLING } from '../../src/log/deliveries.ts'
import { SYSTEM } from '../../src/outbox/system-outbox.ts'
import type { DeliveryStatus } from '../../src/types.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { createStage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { startDelivering } from './delivering.ts'

async function receiver() {
  const started = await startTestReceiver()
  onTestFinished(() => started.close())
  return started
}

/** A URL at which nobody listens. */
const DEAD = 'http://127.0.0.1:9/hook'

describe('sending', () => {
  test('reaches the receiver once for each event, by any number of workers', async () => {
    const d = await startDelivering({ workers: 4 })
    const { url, webhooks } = await receiver()
    const { id } = await d.addEndpoint(url)
    await Promise.all([d.happen(300), d.happen(300)])
    for (let i = 0; i < 20; i++) await d.queues.wake(id)
    await until(async () => (await d.count(id, 'succeeded')) === 600)
    expect(webhooks).toHaveLength(600)
    expect(new Set(webhooks.map((webhook) => webhook.id)).size).toBe(600)
    expect(await d.redis.zcard(d.keys.endpoint(id).busy)).toBe(0)
  })

  test.each([
    [1, 7],
    [3, 14],
  ])('by %i processes is never more than %i requests at a time', async (workers, most) => {
    const d = await startDelivering({ workers, atOnce: 7 })
    const { url, webhooks, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    answer(() => 'hang')
    await d.happen(60)
    await until(() => webhooks.length >= 7)
    await wait(300)
    expect(webhooks.length).toBeLessThanOrEqual(most)
    expect(await d.redis.zcard(d.keys.endpoint(id).busy)).toBe(14)
  })

  test('goes on beside a request that hangs', async () => {
    const d = await startDelivering()
    const { url, webhooks, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    answer(({ id: event }) => (event === 'evt_1' ? 'hang' : 204))
    await d.happen(1)
    await until(() => webhooks.length === 1)
    await d.happen(20)
    await until(async () => (await d.count(id, 'succeeded')) === 20)
    await d.happen(20)
    await until(async () => (await d.count(id, 'succeeded')) === 40)
    expect(await d.count(id, 'pending')).toBe(1)
  })

  test('goes on beside requests that hang for longer than what waits behind them may be held', async () => {
    const d = await startDelivering({ atOnce: 4, schedule: [600_000] })
    const { url, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    const slow = Promise.withResolvers<void>()
    let arrived = 0
    answer(async () => {
      arrived++
      if (arrived <= 3) return 'hang'
      if (arrived === 4) await slow.promise
      return 204
    })
    await d.happen(8)
    await until(() => arrived === 4)
    // Longer than claims may wait for their turn.
    await wait(3_500)
    slow.resolve()
    await until(async () => (await d.count(id, 'succeeded')) === 5)
    expect(await d.count(id, 'retrying')).toBe(0)
  })

  test('of one endpoint that hangs costs the others nothing', async () => {
    const d = await startDelivering()
    const [slow, fast] = [await receiver(), await receiver()]
    slow.answer(() => 'hang')
    await d.addEndpoint(slow.url)
    const { id } = await d.addEndpoint(fast.url)
    await d.happen(500)
    await until(async () => (await d.count(id, 'succeeded')) === 500)
    expect(slow.webhooks.length).toBeLessThanOrEqual(50)
  })

  test('keeps to the rate limit', async () => {
    const d = await startDelivering({ workers: 2 })
    const { url, webhooks } = await receiver()
    const { id } = await d.addEndpoint(url, { rate_limit: 20 })
    const began = Date.now()
    await d.happen(50)
    await until(async () => (await d.count(id, 'succeeded')) === 50)
    // A second's worth at once; for the other 30 it takes a second and a half, and never less.
    expect(Date.now() - began).toBeGreaterThan(1_400)
    expect(webhooks).toHaveLength(50)
  })

  test('tries again when the time has come, the same event with the attempts that it has', async () => {
    const d = await startDelivering({ schedule: [200, 400] })
    const { url, webhooks, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    answer(() => (webhooks.length < 2 ? 500 : 204))
    await d.happen(1)
    await until(async () => (await d.count(id, 'succeeded')) === 1)
    expect(webhooks.map((webhook) => webhook.id)).toEqual(['evt_1', 'evt_1', 'evt_1'])
    const { data } = await d.reader.list({
      endpointIds: [id],
      status: null,
      ofType: null,
      before: null,
      since: null,
      until: null,
      limit: 10,
    })
    expect(data[0]?.attempts.map(({ response }) => response?.status)).toEqual([500, 500, 204])
    // It is the event itself: it is shown with each, and kept with none.
    expect(data[0]?.attempts.map(({ request }) => request.body)).toEqual(
      webhooks.map(({ body }) => body.slice(0, 4096)),
    )
    const { delivery, attempts } = d.keys.endpoint(id)
    const kept = [
      await d.redis.get(delivery(data[0]?.id ?? '')),
      await d.redis.lrange(attempts(data[0]?.id ?? ''), '0', '-1'),
    ]
    expect(JSON.stringify(kept)).not.toContain('user_id')
  })

  test('sends again what is due before this process has heard that it was recorded', async () => {
    const d = await startDelivering({
      schedule: [1, 1, 1],
      log: (log) => ({
        ...log,
        record: async (...args) => {
          const recorded = await log.record(...args)
          await wait(150)
          return recorded
        },
      }),
    })
    const { url, webhooks, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    answer(() => (webhooks.length < 3 ? 500 : 204))
    await d.happen(1)
    // Somebody always asks.
    await until(
      async () => {
        await d.queues.wake(id)
        return (await d.count(id, 'succeeded')) === 1
      },
      { within: 10_000 },
    )
    expect(webhooks).toHaveLength(4)
  })

  test('is begun by the sweep where nobody was woken', async () => {
    const d = await startDelivering()
    const { url } = await receiver()
    const { id } = await d.addEndpoint(url)
    const streamId = await d.emit('src_a', 'evt_lost')
    await d.deliveries.accept(id, [
      { eventId: 'evt_lost', eventType: 'user.created', sourceId: 'src_a', streamId },
    ])
    await d.outbox.markRelayed('src_a', streamId)
    await d.sweep()
    await wait(200)
    expect(await d.count(id, 'pending')).toBe(1)
    d.clock.ms += 5_000
    await d.sweep()
    await until(async () => (await d.count(id, 'succeeded')) === 1)
  })

  test('ends what waits for an endpoint that was disabled or deleted as skipped, however much it is', async () => {
    const d = await startDelivering({ atOnce: 1, deadlineMs: 1_000 })
    const { url, answer, webhooks } = await receiver()
    answer(() => 'hang')
    const { id } = await d.addEndpoint(url)
    await d.happen(501)
    await until(() => webhooks.length === 1)
    await d.endpoints.patch(id, { enabled: false })
    await d.queues.wake(id)
    await until(async () => (await d.count(id, 'pending')) === 0)
    // What was on its way when it was disabled, and nothing else, was sent.
    expect(webhooks).toHaveLength(1)
    expect(await d.count(id, 'skipped')).toBe(500)
  })
})

describe('an endpoint that is down', () => {
  test('is tried a few times, and gets everything when it is up', async () => {
    const d = await startDelivering({ schedule: [600_000] })
    const { url, webhooks } = await receiver()
    const { id } = await d.addEndpoint(DEAD)
    await d.happen(1_000)
    const tried = async () => Number(await d.redis.hget(d.keys.endpoint(id).health, 'failures'))
    await until(async () => (await d.redis.hget(d.keys.endpoint(id).health, 'open_until')) !== null)
    await wait(200)
    expect(await tried()).toBeLessThanOrEqual(50)
    const attempts = await tried()
    for (let i = 0; i < 3; i++) {
      d.clock.ms = Number(await d.redis.hget(d.keys.endpoint(id).health, 'open_until'))
      await d.sweep()
      await until(async () => (await tried()) === attempts + i + 1)
    }
    expect(await d.count(id, 'pending')).toBe(1_000 - attempts - 3)

    // With another URL it is tried at once.
    await d.endpoints.patch(id, { url })
    d.clock.ms += 600_000
    await d.sweep()
    await until(async () => (await d.count(id, 'succeeded')) === 1_000)
    expect(new Set(webhooks.map((webhook) => webhook.id)).size).toBe(1_000)
  })

  test('is sent the rest as soon as one request is answered again', async () => {
    const d = await startDelivering({ deadlineMs: 300, schedule: [60_000] })
    const { url, webhooks, answer } = await receiver()
    answer(() => 'hang')
    const { id } = await d.addEndpoint(url)
    await d.happen(200)
    await until(async () => (await d.redis.hget(d.keys.endpoint(id).health, 'open_until')) !== null)
    answer(() => 204)
    const before = webhooks.length
    // Nobody sweeps: it is woken when the breaker lets one through, and goes on from there.
    await until(async () => (await d.count(id, 'pending')) === 0)
    expect(before).toBeLessThanOrEqual(50)
    expect((await d.count(id, 'succeeded')) + (await d.count(id, 'retrying'))).toBe(200)
  })

  test('is not disabled by what was sent before it was changed', async () => {
    const d = await startDelivering()
    const { url } = await receiver()
    const before = await d.addEndpoint(DEAD)
    d.clock.ms += 1_000
    await d.endpoints.patch(before.id, { url })
    const health = { failingSince: null, failures: 0, recoveredFrom: null, told: null }
    await d.alerts.note(before, health, { code: 'gone', message: 'Gone.', gone: true })
    expect((await d.endpoints.get(before.id)).enabled).toBe(true)
    expect(await d.told()).toEqual([])
    await d.alerts.note(await d.endpoints.get(before.id), health, {
      code: 'gone',
      message: 'Gone.',
      gone: true,
    })
    expect((await d.endpoints.get(before.id)).enabled).toBe(false)
  })

  test('is not judged by what was still under way to its old URL', async () => {
    const d = await startDelivering({ schedule: [600_000] })
    const [before, after] = [await receiver(), await receiver()]
    const answers = Promise.withResolvers<void>()
    let arrived = 0
    before.answer(async ({ id }) => {
      arrived++
      await answers.promise
      return id === 'evt_1' ? 410 : 500
    })
    const { id } = await d.addEndpoint(before.url)
    await d.happen(6)
    await until(() => arrived === 6)
    await d.endpoints.patch(id, { url: after.url })
    answers.resolve()
    await until(async () => (await d.count(id, 'retrying')) === 5)
    await d.drains[0]?.settled(5_000)
    await d.sweep()
    expect((await d.endpoints.get(id)).enabled).toBe(true)
    expect(await d.told()).toEqual([])
    expect(await d.reader.health(id)).toMatchObject({ failures: 0, failing_since: null })
    await d.happen(1)
    await until(async () => (await d.count(id, 'succeeded')) === 1)
    expect(after.webhooks).toHaveLength(1)
  })

  test('is tried once more where it was changed while it said that it is gone', async () => {
    const d = await startDelivering({ schedule: [600_000] })
    const { url, webhooks, answer } = await receiver()
    const answers = Promise.withResolvers<void>()
    let arrived = 0
    answer(async () => {
      arrived++
      await answers.promise
      return arrived === 1 ? 410 : 204
    })
    const { id } = await d.addEndpoint(url)
    await d.happen(1)
    await until(() => arrived === 1)
    await d.endpoints.rotateSecret(id, { overlapMs: 0 })
    answers.resolve()
    await until(async () => (await d.count(id, 'failed')) === 1)
    await d.drains[0]?.settled(5_000)
    await d.happen(1)
    await until(async () => (await d.count(id, 'succeeded')) === 1)
    await d.sweep()
    expect((await d.endpoints.get(id)).enabled).toBe(true)
    expect(webhooks).toHaveLength(2)
  })

  test('is disabled by the sweep where that could not be done at once', async () => {
    const d = await startDelivering({ schedule: [600_000] })
    const { url, answer } = await receiver()
    answer(() => 410)
    const { id } = await d.addEndpoint(url)
    // What happens to endpoints cannot be told for now.
    const { outbox } = d.keys.source(SYSTEM.id)
    await d.redis.set(outbox, 'in the way')
    await d.happen(1)
    await until(async () => (await d.count(id, 'failed')) === 1)
    await d.drains[0]?.settled(5_000)
    expect((await d.endpoints.get(id)).enabled).toBe(true)
    await d.redis.del(outbox)
    await d.sweep()
    expect(await d.endpoints.get(id)).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringContaining('410'),
    })
    expect((await d.told()).map(({ type, data }) => [type, data.reason])).toEqual([
      ['endpoint.disabled', 'gone'],
    ])
  })

  test('is told of at half of the time, and disabled after five days and ten failures', async () => {
    const d = await startDelivering({ schedule: Array(30).fill(3_600_000) })
    const { url, webhooks, answer } = await receiver()
    answer(() => 500)
    const { id } = await d.addEndpoint(url)
    const watcher = await receiver()
    await d.addEndpoint(watcher.url, { event_types: ['endpoint.*'] })
    await d.happen(1)
    await until(async () => (await d.count(id, 'retrying')) === 1)
    const since = await d.redis.hget(d.keys.endpoint(id).health, 'failing_since')
    const failAt = async (share: number) => {
      d.clock.ms = Number(since) + DISABLING.afterMs * share
      const before = webhooks.length
      await d.happen(1)
      await until(() => webhooks.length > before)
      await until(async () => (await d.redis.zcard(d.keys.endpoint(id).busy)) === 0)
    }
    for (let i = 0; i < 6; i++) await failAt(0.5 + i / 1_000)
    // Fewer than ten failures are no reason for anything.
    expect(await d.told()).toEqual([])
    while (Number(await d.redis.hget(d.keys.endpoint(id).health, 'failures')) < 10) await failAt(0.51)
    for (const share of [0.55, 0.72, 0.73, 0.95]) await failAt(share)
    expect((await d.told()).map(({ type, data }) => [type, data.progress])).toEqual([
      ['endpoint.failing', 0.5],
      ['endpoint.failing', 0.7],
      ['endpoint.failing', 0.9],
    ])
    expect((await d.endpoints.get(id)).enabled).toBe(true)
    await failAt(1)
    await until(async () => !(await d.endpoints.get(id)).enabled)
    expect((await d.endpoints.get(id)).disabled_reason).toMatch(/five days.*500/s)
    await until(async () => (await d.count(id, 'retrying')) + (await d.count(id, 'pending')) >= 0)
    expect((await d.told()).at(-1)).toMatchObject({
      type: 'endpoint.disabled',
      data: { reason: 'failing', endpoint: { id } },
    })
    // Those who watch are told; it is not told of itself.
    await until(() => watcher.webhooks.length === 4)
    expect(webhooks.every(({ event }) => event.type.startsWith('user.'))).toBe(true)
  })

  test('is told to be well again where it was told to fail, and not where it was not', async () => {
    const d = await startDelivering({ schedule: Array(30).fill(3_600_000) })
    const { url, answer } = await receiver()
    const { id } = await d.addEndpoint(url)
    const health = d.keys.endpoint(id).health
    answer(() => 500)
    await d.happen(12)
    await until(async () => (await d.redis.hget(health, 'failures')) === '12')
    answer(() => 204)
    await d.happen(1)
    await until(async () => (await d.redis.hget(health, 'failures')) === null)
    expect(await d.told()).toEqual([])

    answer(() => 500)
    await d.happen(12)
    await until(async () => (await d.redis.hget(health, 'failures')) === '12')
    const since = Number(await d.redis.hget(health, 'failing_since'))
    await d.drains[0]?.settled(1_000)
    d.clock.ms += DISABLING.afterMs * 0.6
    answer(() => 204)
    await d.happen(1)
    await until(async () => (await d.told()).length === 1)
    expect((await d.told())[0]).toMatchObject({
      type: 'endpoint.recovered',
      data: { failing_since: new Date(since).toISOString(), endpoint: { id } },
    })
    await until(async () => (await d.redis.hget(health, 'recovered')) === null)
  })

  test('that says it is gone is disabled at once, and what waits is skipped', async () => {
    const d = await startDelivering({ atOnce: 1 })
    const { url, webhooks, answer } = await receiver()
    answer(() => 410)
    const { id } = await d.addEndpoint(url)
    await d.happen(20)
    await until(async () => (await d.count(id, 'skipped')) === 19)
    expect(webhooks).toHaveLength(1)
    expect(await d.count(id, 'failed')).toBe(1)
    expect((await d.told()).map(({ type, data }) => [type, data.reason])).toEqual([
      ['endpoint.disabled', 'gone'],
    ])
  })

  test('is told to be refused, and not to be gone, where a service says so, also by the sweep', async () => {
    const d = await startDelivering()
    const { url, answer } = await receiver()
    answer(() => 410)
    const { outbox } = d.keys.source(SYSTEM.id)
    const ids: string[] = []
    for (const inTheWay of [false, true]) {
      const { id } = await d.addEndpoint(url, { kind: 'make' })
      ids.push(id)
      const before = await d.told()
      if (inTheWay) await d.redis.rename(outbox, `${outbox}:kept`)
      if (inTheWay) await d.redis.set(outbox, 'in the way')
      await d.happen(1)
      await until(async () => (await d.count(id, 'failed')) === 1)
      await d.drains[0]?.settled(5_000)
      if (inTheWay) await d.redis.rename(`${outbox}:kept`, outbox)
      await d.sweep()
      expect((await d.told()).length).toBe(before.length + 1)
    }
    expect((await d.told()).map(({ data }) => [data.reason, (data.endpoint as { id: string }).id])).toEqual(
      ids.map((id) => ['refused', id]),
    )
  })
})

test('what was stopped by ringpost itself is no attempt, and is sent by the next process', async () => {
  const d = await startDelivering()
  const { url, webhooks, answer } = await receiver()
  answer(() => 'hang')
  const { id } = await d.addEndpoint(url)
  await d.happen(3)
  await until(() => webhooks.length === 3)
  d.stopping.abort()
  await d.happen(3)
  await wait(200)
  expect(webhooks).toHaveLength(3)
  await d.closeSenders()
  await d.drains[0]?.settled(5_000)
  const { busy, due, health } = d.keys.endpoint(id)
  expect([await d.redis.zcard(busy), await d.redis.zcard(due)]).toEqual([0, 6])
  expect(await d.redis.hget(health, 'failures')).toBeNull()
})

describe('stopping', () => {
  test('gives back at once what is not begun, and lets what is under way come to its end', async () => {
    const d = await startDelivering({ atOnce: 2 })
    const { url, webhooks, answer } = await receiver()
    const answers = Promise.withResolvers<void>()
    let arrived = 0
    answer(async () => {
      arrived++
      await answers.promise
      return 204
    })
    const { id } = await d.addEndpoint(url)
    await d.happen(10)
    await until(() => arrived === 2)
    const { busy, due } = d.keys.endpoint(id)
    await until(async () => (await d.redis.zcard(busy)) === 4)
    d.stopping.abort()
    await until(async () => (await d.redis.zcard(busy)) === 2)
    expect(await d.redis.zcard(due)).toBe(8)
    answers.resolve()
    await d.drains[0]?.settled(10_000)
    expect(await d.count(id, 'succeeded')).toBe(2)
    expect(webhooks).toHaveLength(2)
    expect(await d.redis.zcard(busy)).toBe(0)
    // The next process is woken, and need not wait for a sweep.
    expect(
      await d.queues.all.find(({ name }) => name === 'retry')?.getJobCountByTypes('delayed'),
    ).toBeGreaterThan(0)
  })

  test('puts a wake that comes too late back for others', async () => {
    const d = await startDelivering()
    const { url } = await receiver()
    const { id } = await d.addEndpoint(url)
    d.stopping.abort()
    await d.drains[0]?.drain(id)
    expect(await d.queues.all.find(({ name }) => name === 'retry')?.getJobCountByTypes('delayed')).toBe(1)
  })
})

test('an attempt that breaks off within ringpost is one, and follows the schedule', async () => {
  const d = await startDelivering({ schedule: [600_000] })
  const { url, webhooks } = await receiver()
  const { id } = await d.addEndpoint(url)
  // A secret that no key opens.
  const record = await d.endpoints.get(id)
  const broken = record.secrets.map((secret) => ({ ...secret, sealed: 'v1:nonsense' }))
  await d.redis.hset(d.keys.endpoints, id, JSON.stringify({ ...record, secrets: broken }))
  await d.happen(1)
  await until(async () => (await d.count(id, 'retrying')) === 1)
  expect(webhooks).toEqual([])
  expect(await d.redis.zcard(d.keys.endpoint(id).busy)).toBe(0)
  const page = { status: null, ofType: null, before: null, since: null, until: null, limit: 10 }
  const [delivery] = (await d.reader.list({ endpointIds: [id], ...page })).data
  expect(delivery?.attempts).toMatchObject([{ number: 1, error: { code: 'internal_error' }, response: null }])
  // It is not the endpoint's fault.
  expect((await d.reader.health(id)).failures).toBe(0)
})

test('endpoints beyond those that may be sent to at a time wait for their turn', async () => {
  const d = await startDelivering({ lanes: 2, deadlineMs: 1_000, schedule: [600_000] })
  const [slow, fast] = [await receiver(), await receiver()]
  slow.answer(() => 'hang')
  for (let i = 0; i < 2; i++) await d.addEndpoint(slow.url)
  const { id } = await d.addEndpoint(fast.url)
  await d.happen(5)
  await until(async () => (await d.count(id, 'succeeded')) === 5)
})

describe('what fails within ringpost', () => {
  /** Sending with parts that fail when told to; the receiver is a list. */
  async function failing(parts: {
    texts?: () => void
    record?: () => void
    taken?: () => Promise<void>
    outcome?: Outcome
  }) {
    const stage = await createStage()
    onTestFinished(() => stage.close())
    const stopping = new AbortController()
    onTestFinished(() => stopping.abort())
    const sent: string[] = []
    const takes: string[] = []
    const woken: number[] = []
    const { drain } = createDrainEndpoints({
      deliveries: {
        ...stage.deliveries,
        take: async (...args) => {
          takes.push(args[0])
          const taken = await stage.deliveries.take(...args)
          await parts.taken?.()
          return taken
        },
        record: async (...args) => {
          parts.record?.()
          return stage.deliveries.record(...args)
        },
      },
      endpoints: {
        find: async () =>
          ({ id: 'ep_1', kind: 'webhook', enabled: true, deleted_at: null, rate_limit: null }) as never,
      },
      eventTexts: async (events) => {
        parts.texts?.()
        return events.map(() => '{}')
      },
      makeAttempt: async (_, events) => {
        sent.push(...events.map(({ id }) => id))
        const request = { headers: {}, body: '{}' }
        const response = { status: 204, headers: {}, body: '' }
        const attempt = { at: new Date().toISOString(), duration_ms: 1, url: 'https://example.com/' }
        return {
          attempt: { ...attempt, request, response, error: null },
          outcome: parts.outcome ?? { kind: 'succeeded' },
        }
      },
      wakeLater: async (_, ms) => void woken.push(ms),
      noteHealth: async () => undefined,
      schedule: [600_000],
      deadlineMs: 15_000,
      now: stage.now,
      random: () => 0,
      logger: pino({ level: 'silent' }),
      signal: stopping.signal,
    })
    const event = { eventType: 'user.created' as const, sourceId: 'src_a', streamId: '1-1' }
    await stage.deliveries.accept('ep_1', [
      { eventId: 'evt_1', ...event },
      { eventId: 'evt_2', ...event },
    ])
    return { stage, drain, sent, takes }
  }

  test('is nothing, and then one look sends all that is due', async () => {
    const { stage, drain, takes } = await failing({})
    await drain('ep_1')
    await until(async () => (await stage.redis.zcard(stage.keys.endpoint('ep_1').status('succeeded'))) === 2)
    await wait(100)
    expect(takes).toHaveLength(1)
  })

  test('before anything was sent gives back what was claimed, and takes it again by itself', async () => {
    let fails = true
    const { stage, drain, sent } = await failing({
      texts: () => {
        if (fails) throw new Error('Redis is away')
      },
    })
    await drain('ep_1')
    expect(await stage.redis.zcard(stage.keys.endpoint('ep_1').busy)).toBe(0)
    expect(sent).toEqual([])
    fails = false
    await until(async () => (await stage.redis.zcard(stage.keys.endpoint('ep_1').status('succeeded'))) === 2)
    expect(sent.sort()).toEqual(['evt_1', 'evt_2'])
  })

  test('when Redis’ answer comes late gives back what has been claimed for so long that somebody else may have it', async () => {
    const { stage, drain, sent, takes } = await failing({
      taken: async () => {
        if (takes.length > 1) return
        // Another process has found that these claims have run out.
        await wait(3_500)
        stage.clock.ms += 30_000
        await stage.deliveries.take('ep_1', 20_000, { room: 10, atOnce: 50, rate: null })
      },
    })
    await drain('ep_1')
    await until(() => takes.length > 1)
    expect(sent).toEqual([])
    expect(await stage.redis.zcard(stage.keys.endpoint('ep_1').busy)).toBe(2)
  })

  test.each([
    { came: 'a success', outcome: { kind: 'succeeded' } as const, status: 'succeeded' as const },
    {
      came: 'a failure',
      outcome: {
        kind: 'failed',
        error: { code: 'http_status', message: 'It answered 500.' },
        fault: 'receiver',
        retry: 'schedule',
        retryAfterMs: null,
        connectionFailure: false,
      } as const,
      status: 'retrying' as const,
    },
  ])(
    'when a claim runs out before its result, $came, could be recorded sends nothing twice',
    async ({ outcome, status }) => {
      let refuses = true
      const { stage, drain, sent } = await failing({
        record: () => {
          if (refuses) throw new Error('Redis is loading')
        },
        outcome,
      })
      const counted = (name: DeliveryStatus) => stage.redis.zcard(stage.keys.endpoint('ep_1').status(name))
      await drain('ep_1')
      await until(() => sent.length === 2)
      stage.clock.ms += 30_000
      await drain('ep_1')
      expect(await stage.redis.zcard(stage.keys.endpoint('ep_1').busy)).toBe(2)
      refuses = false
      await until(async () => (await counted(status)) === 2)
      expect(await stage.redis.zcard(stage.keys.endpoint('ep_1').busy)).toBe(0)
      stage.clock.ms += 30_000
      await drain('ep_1')
      expect(await counted(status)).toBe(2)
      expect(sent.sort()).toEqual(['evt_1', 'evt_2'])
    },
  )

  test('when a result is recorded keeps it until it can be, and sends nothing twice', async () => {
    let refusals = 2
    const { stage, drain, sent } = await failing({
      record: () => {
        if (refusals-- > 0) throw new Error('OOM command not allowed when used memory > maxmemory')
      },
    })
    await drain('ep_1')
    await until(async () => (await stage.redis.zcard(stage.keys.endpoint('ep_1').status('succeeded'))) === 2)
    expect(refusals).toBeLessThan(0)
    expect(sent.sort()).toEqual(['evt_1', 'evt_2'])
  })
})

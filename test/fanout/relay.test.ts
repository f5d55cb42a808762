import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOLD_MS } from '../../src/enrich/hold.ts'
import { createRelay } from '../../src/fanout/relay.ts'
import { deliveryId } from '../../src/ids.ts'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'
import { createEventEraser } from '../../src/outbox/erase-events.ts'
import { serverTime } from '../../src/redis/server-time.ts'
import { emitWaiting } from '../enrich/waiting-event.ts'
import { createStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const SRC = 'src_a'
const endpoint = (
  id: string,
  fields: { event_types?: string[]; enabled?: boolean; created_at?: string } = {},
) => ({
  id,
  event_types: null,
  source_ids: null,
  enabled: true,
  created_at: '2026-01-01T00:00:00.000Z',
  ...fields,
})

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

/** A relay with a step that may fail. What was due at an endpoint when it was woken is `queued`. */
function relayOf(
  endpoints: ReturnType<typeof endpoint>[],
  fail: { at?: string; before?: (step: string) => Promise<void> } = {},
) {
  const queued: string[] = []
  const asked: string[] = []
  const again: number[] = []
  const noted = new Map<string, string>()
  const step =
    <A extends unknown[], R>(name: string, run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await fail.before?.(name)
      if (fail.at === `before ${name}`) throw new Error(fail.at)
      const result = await run(...args)
      if (fail.at === `after ${name}`) throw new Error(fail.at)
      return result
    }
  const relay = createRelay({
    outbox: {
      ...stage.outbox,
      markRelayed: step('mark', stage.outbox.markRelayed),
      settle: step('settle', stage.outbox.settle),
    },
    endpoints: { list: async () => endpoints },
    deliveries: { accept: step('accept', stage.deliveries.accept) },
    eraseDeliveries: createEraseDeliveries(stage),
    noteText: ({ streamId }, text) => void noted.set(streamId, text),
    wake: step('queue', async (endpointId: string) => {
      queued.push(...(await stage.redis.zrange(stage.keys.endpoint(endpointId).due, '0', '-1')))
    }),
    enrichSoon: async (sourceId) => void asked.push(sourceId),
    relayAt: async (_, at) => void again.push(at),
    now: stage.now,
    logger: pino({ level: 'silent' }),
  })
  return { relay, queued, asked, again, noted, fail }
}

describe('the relay', () => {
  test('makes one delivery for each event and matching endpoint, and is done', async () => {
    for (const id of ['evt_1', 'evt_2']) await stage.emit(SRC, id)
    await stage.emit(SRC, 'evt_3', 'user.conversation_count.increased')
    const { relay, queued } = relayOf([
      endpoint('ep_all'),
      endpoint('ep_new', { event_types: ['user.created'] }),
    ])
    expect(await relay(SRC)).toBe(3)
    expect(queued.sort()).toEqual(
      [
        ...['evt_1', 'evt_2', 'evt_3'].map((id) => deliveryId(id, 'ep_all')),
        ...['evt_1', 'evt_2'].map((id) => deliveryId(id, 'ep_new')),
      ].sort(),
    )
    expect(await relay(SRC)).toBe(0)
    expect(await stage.outbox.hasUnrelayed(SRC)).toBe(false)
  })

  test('goes on over any number of events', async () => {
    for (let i = 0; i < 1_203; i++) await stage.emit(SRC, `evt_${i}`)
    const { relay, queued } = relayOf([endpoint('ep_all')])
    expect(await relay(SRC)).toBe(1_203)
    expect(new Set(queued).size).toBe(1_203)
  })

  test('keeps what comes for a disabled endpoint as skipped', async () => {
    await stage.emit(SRC, 'evt_1')
    const { relay, queued } = relayOf([endpoint('ep_off', { enabled: false })])
    await relay(SRC)
    expect(queued).toEqual([])
    expect(await stage.reader.get(deliveryId('evt_1', 'ep_off'), ['ep_off'])).toMatchObject({
      status: 'skipped',
      error: { code: 'endpoint_disabled' },
    })
  })

  test('leaves nothing of an event that is erased while it is fanned out, not even its text', async () => {
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await stage.emit(SRC, id)
    const both = [endpoint('ep_a'), endpoint('ep_b')]
    const { relay, noted } = relayOf(both, {
      // The whole of the erasing lies between the reading and the first delivery.
      async before(step) {
        if (step !== 'accept' || (await stage.outbox.byId(SRC, 'evt_2')) === null) return
        const gone = await stage.outbox.byId(SRC, 'evt_2')
        await createEventEraser(stage).erase(SRC, gone === null ? [] : [gone])
      },
    })
    expect(await relay(SRC)).toBe(3)
    expect([...noted.values()].map((text) => JSON.parse(text).id)).toEqual(['evt_1', 'evt_3'])
    for (const { id } of both) {
      for (const [event, there] of [
        ['evt_1', true],
        ['evt_2', false],
        ['evt_3', true],
      ] as const) {
        expect((await stage.reader.get(deliveryId(event, id), [id])) !== null).toBe(there)
      }
      expect(await stage.redis.zcard(stage.keys.endpoint(id).due)).toBe(2)
    }
  })

  test('gives an endpoint nothing that was told before it was made, however late, and all that was told since', async () => {
    await stage.emit(SRC, 'evt_before')
    const [made, later] = [await serverTime(stage.redis), Date.now() + 3_600_000]
    await until(async () => (await serverTime(stage.redis)) > made)
    const created_at = new Date(await serverTime(stage.redis)).toISOString()
    for (const id of ['evt_1', 'evt_2']) await stage.emit(SRC, id)
    // The clock of a process is of no account.
    stage.clock.ms = later
    const { relay } = relayOf([endpoint('ep_old'), endpoint('ep_new', { created_at })])
    expect(await relay(SRC)).toBe(3)
    expect(await stage.outbox.rewind(SRC, 0)).toBe(true)
    expect(await relay(SRC)).toBe(3)
    const pendingOf = (id: string) => stage.redis.zcard(stage.keys.endpoint(id).status('pending'))
    expect([await pendingOf('ep_old'), await pendingOf('ep_new')]).toEqual([3, 2])
  })

  test.each(['before accept', 'after accept', 'before queue', 'after queue', 'before mark', 'after mark'])(
    'that dies %s loses nothing and records nothing twice',
    async (at) => {
      for (const id of ['evt_1', 'evt_2', 'evt_3']) await stage.emit(SRC, id)
      const { relay, queued, fail } = relayOf([endpoint('ep_a'), endpoint('ep_b')], { at })
      await expect(relay(SRC)).rejects.toThrow(at)
      delete fail.at
      await relay(SRC)
      expect(new Set(queued).size).toBe(6)
      const { data } = await stage.reader.list({
        endpointIds: ['ep_a', 'ep_b'],
        status: 'pending',
        ofType: null,
        before: null,
        since: null,
        until: null,
        limit: 50,
      })
      expect(data).toHaveLength(6)
    },
  )

  test('twice at the same time records nothing twice', async () => {
    for (let i = 0; i < 50; i++) await stage.emit(SRC, `evt_${i}`)
    const { relay, queued } = relayOf([endpoint('ep_a')])
    await Promise.all([relay(SRC), relay(SRC), relay(SRC)])
    expect(new Set(queued).size).toBe(50)
    expect(await stage.outbox.hasUnrelayed(SRC)).toBe(false)
  })
})

describe('an event that waits for its conversation', () => {
  test('holds back what the same source told after it, and nothing before it', async () => {
    await stage.emit(SRC, 'evt_1')
    const place = await emitWaiting(stage, 'evt_2', 'conv_2')
    await stage.emit(SRC, 'evt_3')
    const { relay, queued, asked, again } = relayOf([endpoint('ep_a')])
    expect(await relay(SRC)).toBe(1)
    expect(queued).toEqual([deliveryId('evt_1', 'ep_a')])
    expect(asked).toEqual([SRC])
    // Looked at again when its time is up, whatever becomes of what was asked for.
    expect(again).toEqual([stage.clock.ms + HOLD_MS])
    expect(await relay(SRC)).toBe(0)

    await stage.outbox.settle(SRC, place, { conversation_id: 'conv_2' })
    expect(await relay(SRC)).toBe(2)
    expect(new Set(queued).size).toBe(3)
  })

  test('goes without it when its time is up, although nobody has decided so', async () => {
    const place = await emitWaiting(stage, 'evt_1', 'conv_1')
    const { relay } = relayOf([endpoint('ep_a')])
    stage.clock.ms += HOLD_MS - 1_000
    expect(await relay(SRC)).toBe(0)
    stage.clock.ms += 2_000
    expect(await relay(SRC)).toBe(1)
    await stage.outbox.settle(SRC, place, { conversation_id: 'conv_1' })
    expect((await stage.outbox.byId(SRC, 'evt_1'))?.event.data.conversation).toBeNull()
  })

  test('is matched by what its conversation says', async () => {
    const place = await emitWaiting(stage, 'evt_1', 'conv_1')
    await stage.outbox.settle(SRC, place, { outcome: 'failure' })
    const ofOutcome = (outcome: string) => ({
      ...endpoint(`ep_${outcome}`),
      filter: { 'data.conversation.outcome': [outcome] },
    })
    const { relay, queued } = relayOf([ofOutcome('success'), ofOutcome('failure')])
    await relay(SRC)
    expect(queued).toEqual([deliveryId('evt_1', 'ep_failure')])
  })

  test('is none of a source that does not enrich, which asks for nothing', async () => {
    await stage.emit(SRC, 'evt_1')
    const { relay, asked } = relayOf([endpoint('ep_a')])
    expect(await relay(SRC)).toBe(1)
    expect(asked).toEqual([])
  })
})

describe('the outbox', () => {
  test('never goes back', async () => {
    const first = await stage.emit(SRC, 'evt_1')
    const second = await stage.emit(SRC, 'evt_2')
    await stage.outbox.markRelayed(SRC, second)
    await stage.outbox.markRelayed(SRC, first)
    expect(await stage.outbox.unrelayed(SRC, 10)).toEqual([])
    for (const [at, later] of [
      ['9-9', '10-0'],
      ['10-9', '10-10'],
    ] as const) {
      await stage.redis.hset(stage.keys.source('src_b').state, 'relayed', at)
      await stage.outbox.markRelayed('src_b', later)
      expect(await stage.redis.hget(stage.keys.source('src_b').state, 'relayed')).toBe(later)
    }
  })

  test('stays where it was taken back to, whoever had read on from there', async () => {
    await stage.emit(SRC, 'evt_1')
    await stage.emit(SRC, 'evt_2')
    const [first] = await stage.outbox.unrelayed(SRC, 1)
    await stage.outbox.markRelayed(SRC, first?.streamId ?? '')
    const { from, entries } = await stage.outbox.readUnrelayed(SRC, 10)
    expect(from).toBe(first?.streamId)
    expect(await stage.outbox.rewind(SRC, 0)).toBe(true)
    await stage.outbox.markRelayed(SRC, entries.at(-1)?.streamId ?? '', from)
    expect(await stage.outbox.unrelayed(SRC, 10)).toHaveLength(2)
  })

  test('lets go of what is old and relayed, with its place in the index, and of nothing else', async () => {
    const relayed = await stage.emit(SRC, 'evt_1')
    await stage.emit(SRC, 'evt_2')
    await stage.outbox.markRelayed(SRC, relayed)
    expect(await stage.outbox.trim(SRC, Date.now() - 60_000, 100)).toBe(0)
    expect(await stage.outbox.trim(SRC, Date.now() + 60_000, 100)).toBe(1)
    expect(await stage.outbox.byId(SRC, 'evt_1')).toBeNull()
    expect((await stage.outbox.byId(SRC, 'evt_2'))?.event.id).toBe('evt_2')
    expect(await stage.outbox.trim('src_unknown', Date.now(), 100)).toBe(0)
  })
})

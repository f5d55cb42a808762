import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/types.ts'
import { watchCommands } from '../support/commands.ts'
import { NOON, startTestApi, type TestApi, userEvent, walk } from './support.ts'

const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id)

/** Adds events of one source at the stream ids given, and answers them newest first. */
async function fill(api: TestApi, sourceId: string, streamIds: readonly string[]): Promise<Event[]> {
  const events: Event[] = []
  for (const streamId of streamIds) {
    const event = userEvent(sourceId, `u${streamId}`, 1, { at: Number(streamId.split('-')[0]) })
    await api.addEvent(sourceId, event, streamId)
    events.unshift(event)
  }
  return events
}

describe('GET /v1/events', () => {
  test('merges the sources, newest first, as they are delivered', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    await api.addSource('src_b')
    expect((await api.get('/v1/events')).json).toEqual({ data: [], next_cursor: null })
    const [a2, a1] = await fill(api, 'src_a', [`${NOON}-0`, `${NOON + 20}-0`])
    const [b2, b1] = await fill(api, 'src_b', [`${NOON + 10}-0`, `${NOON + 20}-1`])
    const { status, json } = await api.get('/v1/events')
    expect(status).toBe(200)
    expect(json).toEqual({ data: [b2, a2, b1, a1], next_cursor: null })
  })

  test('orders by number and not by text', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    await api.addSource('src_b')
    const as = await fill(api, 'src_a', ['999-0', `${NOON}-9`])
    const bs = await fill(api, 'src_b', ['1000-0', `${NOON}-10`])
    expect(idsOf((await api.get('/v1/events')).json.data)).toEqual(
      idsOf([bs[0], as[0], bs[1], as[1]] as Event[]),
    )
  })

  test('pages without a miss or a repeat, with equal stream ids and while events arrive', async () => {
    const api = await startTestApi()
    const expected: { streamId: string; sourceId: string; id: string }[] = []
    for (const sourceId of ['src_a', 'src_b', 'src_c']) {
      await api.addSource(sourceId)
      // The same stream ids in each source, several in a millisecond.
      for (let i = 0; i < 40; i++) {
        const streamId = `${NOON + Math.floor(i / 4)}-${i % 4}`
        const [event] = await fill(api, sourceId, [streamId])
        expected.push({ streamId, sourceId, id: event?.id ?? '' })
      }
    }
    const order = ({ streamId, sourceId }: { streamId: string; sourceId: string }) => `${streamId}${sourceId}`
    expected.sort((a, b) => (order(a) < order(b) ? 1 : -1))
    for (const limit of [1, 7, 50, 119, 120, 250]) {
      let arrived = 0
      const pages = await walk(api, `/v1/events?limit=${limit}`, async () => {
        await api.addEvent('src_b', userEvent('src_b', `late-${limit}-${arrived++}`))
      })
      const seen = idsOf(pages.flat())
      const before = seen.slice(seen.indexOf(expected[0]?.id ?? ''))
      expect(before, `limit ${limit}`).toEqual(expected.map(({ id }) => id))
      expect(new Set(seen).size).toBe(seen.length)
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true)
      expect(pages.at(-1)).not.toEqual([])
    }
  })

  test('is one order for every page size (property)', async () => {
    const api = await startTestApi()
    const sourceIds = ['src_a', 'src_b', 'src_c', 'src_d']
    for (const sourceId of sourceIds) await api.addSource(sourceId)
    const place = fc.record({
      source: fc.constantFrom(...sourceIds),
      ms: fc.integer({ min: 1, max: 6 }),
      sequence: fc.integer({ min: 0, max: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(place, { maxLength: 40, selector: (p) => JSON.stringify(p) }),
        fc.integer({ min: 1, max: 12 }),
        async (places, limit) => {
          const sorted = [...places].sort(
            (a, b) => a.ms - b.ms || a.sequence - b.sequence || (a.source < b.source ? -1 : 1),
          )
          for (const id of sourceIds) await api.redis.del(api.keys.source(id).outbox)
          const expected: string[] = []
          for (const { source, ms, sequence } of sorted) {
            expected.unshift((await fill(api, source, [`${NOON + ms}-${sequence}`]))[0]?.id ?? '')
          }
          expect(idsOf((await walk(api, `/v1/events?limit=${limit}`)).flat())).toEqual(expected)
        },
      ),
      { numRuns: 30 },
    )
  })

  test('filters by type, pattern, source and user', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    await api.addSource('src_b')
    const events = {
      a1: userEvent('src_a', '+15551234567'),
      a2: userEvent('src_a', '+15551234567', 2),
      b1: userEvent('src_b', '+15551234567'),
      odd: userEvent('src_b', 'ü/&=?#%00 "\n'),
      failing: {
        ...userEvent('src_b', 'x', 9, { type: 'source.failing' }),
        data: { source: { id: 'src_b', name: 'b' } },
      },
    }
    for (const event of Object.values(events)) await api.addEvent(event.data.source?.id ?? '', event)
    const list = async (query: Record<string, string>) =>
      idsOf((await api.get(`/v1/events?${new URLSearchParams(query)}`)).json.data).sort()
    const of = (...names: (keyof typeof events)[]) => names.map((name) => events[name].id).sort()
    expect(await list({ type: 'user.created' })).toEqual(of('a1', 'b1', 'odd'))
    expect(await list({ type: 'user.*' })).toEqual(of('a1', 'a2', 'b1', 'odd'))
    expect(await list({ type: '*' })).toEqual(of('a1', 'a2', 'b1', 'odd', 'failing'))
    expect(await list({ source_id: 'src_b' })).toEqual(of('b1', 'odd', 'failing'))
    expect(await list({ source_id: 'src_nope' })).toEqual([])
    expect(await list({ user_id: '+15551234567' })).toEqual(of('a1', 'a2', 'b1'))
    expect(await list({ user_id: '+15551234567', source_id: 'src_a', type: 'user.created' })).toEqual(
      of('a1'),
    )
    expect(await list({ user_id: 'ü/&=?#%00 "\n' })).toEqual(of('odd'))
    expect(await list({ user_id: '' })).toEqual([])
    expect(await list({ user_id: 'undefined' })).toEqual([])
  })

  test('goes by the timestamp of the event, both ends included', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    const at = [NOON - 1, NOON, NOON + 1_000, NOON + 1_001]
    // Committed a little after it was detected, as it is.
    for (const ms of at)
      await api.addEvent('src_a', userEvent('src_a', `u${ms}`, 1, { at: ms }), `${ms + 700}-0`)
    const list = async (query: string) =>
      (await api.get(`/v1/events?${query}`)).json.data.map(
        (event: Event) => Date.parse(event.timestamp) - NOON,
      )
    expect(await list('since=2026-11-23T10:00:00Z')).toEqual([1_001, 1_000, 0])
    expect(await list(`since=${NOON / 1000}`)).toEqual([1_001, 1_000, 0])
    expect(await list(`until=${NOON / 1000}`)).toEqual([0, -1])
    expect(await list('since=2026-11-23T10:00:00Z&until=2026-11-23T10:00:01Z')).toEqual([1_000, 0])
    expect(await list('since=2026-11-23T11:00:00%2B01:00&until=2026-11-23T10:00:00.000Z')).toEqual([0])
    expect(await list('since=2026-11-23T11:00:00+01:00')).toEqual([1_001, 1_000, 0])
    // To the minute, as the pages have it.
    expect(await list('since=2026-11-23T10:00Z&until=2026-11-23T10:01Z')).toEqual([1_001, 1_000, 0])
    expect(await list('since=2026-11-23T11:01%2B01:00')).toEqual([])
    expect(await list('since=2026-11-23&until=2026-11-24')).toEqual([1_001, 1_000, 0, -1])
    expect(await list(`since=${NOON / 1000 + 1}.001`)).toEqual([1_001])
    expect(await list('since=2026-11-24')).toEqual([])
  })

  test.each([
    ['type', 'user.born'],
    ['type', ''],
    ['type', 'user.created&type=user.removed'],
    ['since', 'yesterday'],
    ['since', ''],
    ['since', '2026-11-23T10:00:00'],
    ['since', '2026-11-23T10:00'],
    ['since', '2026-02-30T10:00:00Z'],
    ['since', '2026-13-01'],
    ['since', `${NOON}`],
    ['since', '-5'],
    ['until', 'NaN'],
    ['source_id', ''],
    ['source_id', 'x'.repeat(101)],
    ['colour', 'red'],
    ['limit', '251'],
  ])('refuses a wrong %s (%#)', async (path, value) => {
    const api = await startTestApi()
    const answer = await api.get(`/v1/events?${path}=${value}`)
    expect(answer.json).toMatchObject({ status: 400, code: 'bad_request', errors: [{ path }] })
  })

  test('refuses a period that ends before it begins', async () => {
    const api = await startTestApi()
    const answer = await api.get('/v1/events?since=2026-11-24&until=2026-11-23')
    expect(answer.json.errors).toEqual([{ path: 'since', message: 'must not be later than until' }])
  })

  test('does bounded work for a filter that hardly ever matches', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    await api.addSource('src_b')
    const wanted = userEvent('src_a', 'needle')
    await api.addEvent('src_a', wanted, '1-0')
    const many: Promise<unknown>[] = []
    for (let i = 0; i < 5_000; i++) {
      const event = userEvent(i % 2 ? 'src_a' : 'src_b', `u${i}`)
      many.push(
        api.redis.xadd(
          api.keys.source(i % 2 ? 'src_a' : 'src_b').outbox,
          `${NOON + i}-0`,
          'id',
          event.id,
          'event',
          JSON.stringify(event),
        ),
      )
    }
    await Promise.all(many)
    const watched = watchCommands(api.redis)
    const pages = await walk(api, '/v1/events?user_id=needle', async (page) => expect(page).toEqual([]))
    expect(pages.map((page) => page.length)).toEqual([0, 0, 1])
    expect(pages.at(-1)).toEqual([wanted])
    // No page has read the log one entry at a time either.
    watched.stop()
    expect(watched.commands.filter(({ name }) => name === 'xrevrange').length).toBeLessThan(45)
  })
})

describe('the cursor of GET /v1/events', () => {
  test('is refused where it is not one of this list with these filters', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    await fill(api, 'src_a', ['1-0', '2-0', '3-0'])
    const { next_cursor: good } = (await api.get('/v1/events?limit=1&type=user.created')).json
    expect(good).toMatch(/^[\w-]+$/)
    expect((await api.get(`/v1/events?limit=2&type=user.created&cursor=${good}`)).json.data).toHaveLength(2)

    await api.addEndpoint({ description: 'a' })
    await api.addEndpoint({ description: 'b' })
    const { next_cursor: other } = (await api.get('/v1/endpoints?limit=1')).json
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const inside = JSON.parse(Buffer.from(good, 'base64url').toString())
    const bad = [
      '',
      'x',
      '!!!',
      '%00',
      other,
      `${good}AAAA`,
      good.slice(2),
      encode(null),
      encode([]),
      encode({ ...inside, extra: 1 }),
      encode({ ...inside, p: { streamId: '+', sourceId: 'src_a' } }),
      encode({ ...inside, p: { streamId: '1-0 COUNT 5', sourceId: 'src_a' } }),
      encode({ ...inside, p: { streamId: '1-0' } }),
      encode({ ...inside, p: null }),
      'x'.repeat(2_000),
    ]
    for (const cursor of bad) {
      const answer = await api.get(`/v1/events?type=user.created&cursor=${cursor}`)
      expect(answer.json, cursor).toMatchObject({
        status: 400,
        code: 'bad_request',
        errors: [{ path: 'cursor' }],
      })
    }
    const filtered = await api.get(`/v1/events?type=user.removed&cursor=${good}`)
    expect(filtered.json.errors[0].message).toContain('belongs to other filters')
  })
})

describe('GET /v1/events/:id', () => {
  test('answers the event and nothing else', async () => {
    const api = await startTestApi()
    for (const id of ['src_a', 'src_b', 'src_c']) await api.addSource(id)
    const event = userEvent('src_b', '+15551234567')
    event.data.raw = { anything: [1, { deep: null }], 'a b': '€' }
    await api.addEvent('src_a', userEvent('src_a', '+15551234567'))
    await api.addEvent('src_b', event)
    const { status, json } = await api.get(`/v1/events/${event.id}`)
    expect(status).toBe(200)
    expect(json).toEqual(event)
  })

  test('of none', async () => {
    const api = await startTestApi()
    await api.addSource('src_a')
    const missing = userEvent('src_a', 'nobody').id
    for (const id of [missing, missing.replace('evt', 'dlv'), 'evt_', 'nonsense', '%2e%2e', '*']) {
      const answer = await api.get(`/v1/events/${id}`)
      expect(answer.json, id).toMatchObject({ status: 404, code: 'not_found' })
    }
  })
})

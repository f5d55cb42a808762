import { beforeEach, describe, expect, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { mastersOf } from '../../src/redis/client.ts'
import { MOST_RECORDS } from '../../src/redis/records.ts'
import { MOST_SOURCES } from '../../src/sources/sources.ts'
import { watchCommands } from '../support/commands.ts'
import type { Json } from './requests/from-schema.ts'
import { operationsOf } from './requests/random-request.ts'
import { deliveryOf, startTestApi, type TestApi, TOKEN, userEvent } from './support.ts'

const SOURCE = 'src_default'
let api: TestApi
let document: Json
let endpoint: string
beforeEach(async () => {
  api = await startTestApi()
  document = (await api.get('/openapi.json')).json
  await api.addSource(SOURCE)
  endpoint = (await api.addEndpoint()).id
})

const eventsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => userEvent(SOURCE, `u${from + i}`))

/** How items of each list come into being: `count` of them, the first of which is the `from`-th. */
const ARRIVE: Record<string, (from: number, count: number) => Promise<unknown>> = {
  '/v1/sources': (from, count) =>
    each(from, count, (i) => api.addSource(`src_${i}`, { name: 'x'.repeat(100) })),
  '/v1/endpoints': (from, count) => each(from, count, () => api.addEndpoint()),
  '/v1/tokens': (from, count) => each(from, count, (i) => api.post('/v1/tokens', { name: `t${i}` })),
  '/v1/events': (from, count) => Promise.all(eventsFrom(from, count).map((one) => api.addEvent(SOURCE, one))),
  '/v1/deliveries': async (from, count) => {
    api.clock.now += 1
    await api.log.accept(
      endpoint,
      eventsFrom(from, count).map((one) => deliveryOf(one, SOURCE)),
    )
  },
  '/v1/sources/{id}/users': (from, count) =>
    each(from, count, (i) => {
      const snapshot = newSnapshot({ count: i, last_contact: 1, first_contact: 1, epoch: 0 })
      return api.redis.hset(api.keys.source(SOURCE).users(`u${i}`), `u${i}`, packSnapshot(snapshot))
    }),
  '/v1/sources/{id}/polls': (_, count) => api.addPolls(SOURCE, count),
  '/v1/sources/{id}/quarantine': (from, count) =>
    api.quarantine.add(
      SOURCE,
      Array.from({ length: count }, (_, i) => ({ row: `{"user_id":${from + i}}`, reason: 'odd' })),
    ),
}
/** What never changes. */
const FIXED = ['/v1/event-types', '/v1/destination-kinds']

function each(from: number, count: number, make: (i: number) => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, (_, i) => make(from + i)))
}

const lists = () =>
  operationsOf(document)
    .filter(({ path, method }) =>
      (document.paths[path][method].parameters ?? []).some(({ name }: Json) => name === 'cursor'),
    )
    .map(({ path }) => path)
const keyOf = (item: Json): string => item.id ?? item.user_id ?? item.row ?? item.from

describe('every list that the document has', () => {
  test('misses and repeats nothing while a thousand items a second arrive', async () => {
    expect(lists().sort()).toEqual([...Object.keys(ARRIVE), ...FIXED].sort())
    for (const [path, arrive] of Object.entries(ARRIVE)) {
      await arrive(0, 60)
      const url = path.replace('{id}', SOURCE)
      const there = new Set<string>()
      for (const item of (await api.get(`${url}?limit=250`)).json.data) there.add(keyOf(item))
      expect(there.size, path).toBeGreaterThanOrEqual(60)
      const seen: string[] = []
      let arrived = 60
      const began = performance.now()
      let spent = 0
      for (let cursor: string | null = ''; cursor !== null; ) {
        // Enough to be over a thousand a second, however long the page before took.
        const wanted = Math.min(600 - arrived, Math.max(20, Math.ceil(performance.now() - began - spent)))
        const arriving = wanted > 0 ? arrive(arrived, wanted) : null
        arrived += Math.max(0, wanted)
        spent = performance.now() - began
        const page: Json = (await api.get(`${url}?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)).json
        seen.push(...page.data.map(keyOf))
        cursor = page.next_cursor
        await arriving
      }
      expect(arrived, path).toBeGreaterThan(200)
      expect(new Set(seen).size, `${path} repeats`).toBe(seen.length)
      expect(
        [...there].filter((key) => !seen.includes(key)),
        `${path} misses`,
      ).toEqual([])
    }
  })
})

/** What requests cost: commands that are sent to Redis, and bytes that it answers. */
async function costOf(ask: () => Promise<{ status: number; text?: string }>) {
  const { redis } = api
  const bytesRead = () =>
    mastersOf(redis).reduce(
      (sum, node) => sum + ((node.stream as { bytesRead?: number } | null)?.bytesRead ?? 0),
      0,
    )
  const before = bytesRead()
  const { commands, stop } = watchCommands(redis)
  const { status, text } = await ask().finally(stop)
  expect(status, text).toBeLessThan(300)
  return { commands: commands.length, bytes: bytesRead() - before }
}

/** Every request that only looks, and those that look before they do something. */
async function costs(ids: Record<string, string>) {
  const found: Record<string, Awaited<ReturnType<typeof costOf>>> = {}
  const asked = operationsOf(document).filter(
    ({ method, path }) => method === 'get' && !['/v1/stream', '/v1/session'].includes(path),
  )
  for (const { path } of asked) {
    const url = path
      .replace('{id}', ids[path.split('/')[2] ?? ''] ?? '')
      .replace('{type}', 'user.created')
      .replace('{user_id}', 'u1')
    const isList = lists().includes(path)
    found[path] = await costOf(() => api.get(isList ? `${url}?limit=10` : url))
  }
  const { events, deliveries } = ids
  found.ofEvent = await costOf(() => api.get(`/v1/deliveries?event_id=${events}&limit=10`))
  found.ofUser = await costOf(() => api.get(`/v1/sources/${SOURCE}/users?user_id=u1`))
  found.retry = await costOf(() => api.post(`/v1/deliveries/${deliveries}/retry`))
  found.replay = await costOf(() => api.post(`/v1/events/${events}/replay`))
  return found
}

describe('what a request reads', () => {
  test('does not grow with what there is, by commands and by bytes', async () => {
    const [event = userEvent(SOURCE, 'u0')] = eventsFrom(0, 1)
    const kinds = [
      '/v1/events',
      '/v1/deliveries',
      '/v1/sources/{id}/users',
      '/v1/sources/{id}/polls',
      '/v1/sources/{id}/quarantine',
    ]
    const grow = async (from: number, count: number) => {
      for (const kind of kinds) await ARRIVE[kind]?.(from, count)
    }
    await grow(0, 100)
    const [delivery = ''] = await api.log.accept(endpoint, [deliveryOf(event, SOURCE)])
    const ids = {
      sources: SOURCE,
      endpoints: endpoint,
      events: event.id,
      deliveries: delivery,
    }
    expect((await api.post(`/v1/endpoints/${endpoint}/backfill`, {})).status).toBeLessThan(300)
    await costs(ids)
    const few = await costs(ids)
    for (let from = 100; from < 5_000; from += 700) await grow(from, 700)
    const many = await costs(ids)
    for (const [path, { commands, bytes }] of Object.entries(many)) {
      const before = few[path] ?? { commands: 0, bytes: 0 }
      expect(commands, `${path}: commands`).toBeLessThanOrEqual(before.commands + 3)
      // Numbers have more digits, and of unreadable rows the places of all that are kept are read.
      const places = path.endsWith('/quarantine') ? 60_000 : 500
      expect(bytes, `${path}: bytes`).toBeLessThanOrEqual(before.bytes * 1.2 + places)
    }
  })

  test('ends with a page where deliveries and events are long', async () => {
    const long = { 'x-long': 'y'.repeat(20_000) }
    const events = eventsFrom(0, 120).map((one) => ({
      ...one,
      data: { ...one.data, long: 'y'.repeat(100_000) },
    }))
    for (const one of events) await api.addEvent(SOURCE, one)
    const ids = await api.log.accept(
      endpoint,
      events.map((one) => deliveryOf(one, SOURCE)),
    )
    for (const id of ids) {
      const attempts = Array.from({ length: 10 }, (_, i) =>
        JSON.stringify({
          number: i + 1,
          at: new Date(api.clock.now).toISOString(),
          duration_ms: 1,
          url: 'https://hooks.example.com/',
          request: { headers: long, body: '' },
          response: null,
          error: null,
        }),
      )
      await api.redis.rpush(api.keys.endpoint(endpoint).attempts(id), ...attempts)
    }
    for (const path of ['/v1/deliveries', '/v1/events']) {
      const first = await costOf(() => api.get(`${path}?limit=250`))
      expect(first.bytes, path).toBeLessThan(26 * 1024 * 1024)
      const seen: string[] = []
      let pages = 0
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const page: Json = (await api.get(`${path}?limit=250${cursor === '' ? '' : `&cursor=${cursor}`}`))
          .json
        seen.push(...page.data.map(keyOf))
        cursor = page.next_cursor
      }
      expect(pages, path).toBeGreaterThan(1)
      expect([seen.length, new Set(seen).size], path).toEqual([120, 120])
    }
  })

  test('is bounded where a list is read whole, by how many there may be', async () => {
    for (const [key, path, body, most] of [
      [api.keys.sources, '/v1/sources', { name: 'x', api_key: 'sk_x' }, MOST_SOURCES],
      [api.keys.endpoints, '/v1/endpoints', { url: 'https://hooks.example.com/' }, MOST_RECORDS],
      [api.keys.tokens, '/v1/tokens', { name: 'x' }, MOST_RECORDS],
    ] as const) {
      const filled = Array.from({ length: most }, (_, i) => [`x_${i}`, '{}']).flat()
      expect((await api.post(path, body)).status).toBe(201)
      await api.redis.hset(key, ...(filled as [string, string]))
      const refused = await api.post(path, body)
      expect([refused.status, refused.json.code, refused.json.detail]).toEqual([
        409,
        'conflict',
        expect.stringMatching(new RegExp(`^There are ${most} \\w+, and there can be no more`)),
      ])
      expect(refused.text).not.toContain(TOKEN)
    }
  })
})

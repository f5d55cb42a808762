import { expect, test } from 'vitest'
import { createPurgeEndpoint } from '../../src/maintain/purge-endpoint.ts'
import { createPurgeSource } from '../../src/maintain/purge-source.ts'
import { createSweep } from '../../src/maintain/sweep.ts'
import { outboxOwners } from '../../src/outbox/system-outbox.ts'
import { deliveryOf, startTestApi, type TestApi, userEvent } from '../api/support.ts'
import { allKeys } from '../support/redis.ts'

const RETENTION_MS = 30 * 86_400_000

/** A sweep over the test API's Redis; what it would queue is remembered. */
function sweepOf(api: TestApi, over: Partial<Parameters<typeof createSweep>[0]> = {}) {
  const relayed: string[] = []
  const folders: string[] = []
  const sweep = createSweep({
    secondLook: async () => undefined,
    quarantine: api.quarantine,
    owners: outboxOwners(api.sources),
    endpoints: api.endpoints,
    alerts: { catchUp: async () => undefined },
    outbox: api.outbox,
    deliveries: api.log,
    backfills: { isRunning: async () => false, soon: async () => undefined },
    bounds: api.bounds,
    relayNow: async (id) => void relayed.push(id),
    wake: async () => undefined,
    purgeSource: createPurgeSource({
      redis: api.redis,
      keys: api.keys,
      sources: api.sources,
      watermarks: { remove: async (id) => void folders.push(id) },
    }),
    purgeEndpoint: createPurgeEndpoint({ ...api, now: () => api.clock.now }),
    eventRetentionMs: RETENTION_MS,
    now: () => api.clock.now,
    logger: api.logger,
    ...over,
  })
  return { sweep, relayed, folders }
}

const keysOf = async (api: TestApi, id: string) =>
  (await allKeys(api.redis, `${api.keys.prefix}*`)).filter((key) => key.includes(`{${id}}`)).sort()

async function deletedSource(api: TestApi) {
  const { id } = (await api.post('/v1/sources', { name: 'x', api_key: 'sk_x' })).json as { id: string }
  const token = (await api.store.acquire(id)) ?? 0
  await api.store.startOver(id, token, 'identity', false)
  const users = Array.from({ length: 50 }, (_, i) => ({
    userId: `user-${i}`,
    before: null,
    after: {
      count: 1,
      last_contact: 1,
      first_contact: 1,
      epoch: 0,
      fall: null,
      absent: false,
      removed: false,
      sentiment: 'unknown' as const,
    },
  }))
  const events = [userEvent(id, 'user-1', 1, { at: Date.now() })]
  await api.store.commitPage(id, token, { users, events, state: {} })
  await api.quarantine.add(id, [{ row: '{}', reason: 'empty' }])
  await api.store.release(id, token)
  await api.addPolls(id, 2)
  await api.request('DELETE', `/v1/sources/${id}`)
  return { id, event: events[0] ?? userEvent(id, '') }
}

test('what is known of the users of a deleted source goes at once, its events when they are old, and then all', async () => {
  const api = await startTestApi()
  api.clock.now = Date.now()
  const { id, event } = await deletedSource(api)
  const { sweep, relayed, folders } = sweepOf(api)
  await sweep()
  expect(folders).toContain(id)
  expect(await keysOf(api, id)).toEqual(
    [api.keys.source(id).eventIndex, api.keys.source(id).outbox, api.keys.source(id).state].sort(),
  )
  // The event was not fanned out yet: it still is, however the source has gone.
  expect(relayed).toEqual([id])
  expect((await api.get(`/v1/events/${event.id}`)).status).toBe(200)
  await sweep()

  const [entry] = await api.outbox.unrelayed(id, 1)
  await api.outbox.markRelayed(id, entry?.streamId ?? '')
  api.clock.now += RETENTION_MS + 60_000
  await sweep()
  expect(await keysOf(api, id)).toEqual([])
  expect(await api.sources.everKnown()).toEqual([])
  expect((await api.get(`/v1/events/${event.id}`)).status).toBe(404)
})

test('a poll that was at work when its source was deleted writes nothing any more', async () => {
  const api = await startTestApi()
  const { id } = (await api.post('/v1/sources', { name: 'x', api_key: 'sk_x' })).json as { id: string }
  const token = (await api.store.acquire(id)) ?? 0
  await api.request('DELETE', `/v1/sources/${id}`)
  const page = { users: [], events: [userEvent(id, 'late')], state: { set: { mode: 'live' as const } } }
  expect(await api.store.commitPage(id, token, page)).toBe('FENCED')
  await sweepOf(api).sweep()
  expect(await keysOf(api, id)).toEqual([])
})

test('what fails for one source or endpoint keeps the sweep from no other', async () => {
  const api = await startTestApi()
  for (const id of ['src_1', 'src_2', 'src_3']) {
    await api.addSource(id)
    await api.addEvent(id, userEvent(id, 'u'))
  }
  // Not a stream: every command on it fails.
  await api.redis.set(api.keys.source('src_2').outbox, 'broken')
  const { sweep, relayed } = sweepOf(api)
  await sweep()
  expect(relayed.sort()).toEqual(['src_1', 'src_3'])
  expect(api.lines.join('')).toContain('src_2')
})

test('a deleted endpoint is forgotten once the log has none of its deliveries', async () => {
  const api = await startTestApi()
  const { sweep } = sweepOf(api)
  const [idle, busy, used] = [await api.addEndpoint(), await api.addEndpoint(), await api.addEndpoint()]
  const event = userEvent('src_a', 'u1')
  await api.log.accept(busy.id, [deliveryOf(event, 'src_a')])
  for (const { id } of [idle, busy]) await api.endpoints.delete(id)
  await sweep()
  // A relay that had read them a moment before may still be at work.
  expect((await api.endpoints.ids()).sort()).toEqual([idle.id, busy.id, used.id].sort())
  api.clock.now += 2 * 3_600_000
  await sweep()
  expect((await api.endpoints.ids()).sort()).toEqual([busy.id, used.id].sort())
  expect((await api.get('/v1/deliveries')).json.data).toHaveLength(1)
  await api.redis.del(api.keys.endpoint(busy.id).status('pending'))
  await sweep()
  expect(await api.endpoints.ids()).toEqual([used.id])
})

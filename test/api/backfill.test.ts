import { expect, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { startTestApi } from './support.ts'

async function startWithUsers(count: number) {
  const api = await startTestApi()
  const source = await api.addSource('src_a')
  for (let i = 0; i < count; i++) {
    const id = `user_${i}`
    const fields = { count: i + 1, last_contact: 1_700_000_500, first_contact: 1_700_000_000, epoch: 0 }
    await api.redis.hset(api.keys.source(source.id).users(id), id, packSnapshot(newSnapshot(fields)))
  }
  await api.redis.hset(api.keys.source(source.id).state, 'known_users', count)
  const made = await api.post('/v1/endpoints', { url: 'https://hooks.example.com/x' })
  const id: string = made.json.id
  const path = `/v1/endpoints/${id}/backfill`
  const run = () => api.backfill.run(id, new AbortController().signal)
  return { api, id, path, run }
}

test('a backfill is counted, begun, looked at and stopped', async () => {
  const { api, id, path, run } = await startWithUsers(3)
  expect((await api.get(path)).status).toBe(404)
  const filter = { 'data.user.conversation_count': { gte: 2 } }
  const counted = await api.post(path, { filter, dry_run: true })
  expect(counted.status, counted.text).toBe(200)
  expect(counted.json).toMatchObject({ dry_run: true, state: 'counted', users: 3, queued: 2 })
  expect((await api.get(path)).status).toBe(404)

  const begun = await api.post(path, { filter })
  expect(begun.status).toBe(202)
  expect(begun.json).toMatchObject({ endpoint_id: id, state: 'running', users: 3, seen: 0, queued: 0 })
  expect((await api.post(path, { filter })).status).toBe(202)
  const other = await api.post(path, {})
  expect(other.status).toBe(409)
  expect(other.json.detail).toContain(`DELETE ${path}`)
  await run()
  expect((await api.get(path)).json).toMatchObject({
    state: 'done',
    seen: 3,
    queued: 2,
    waiting: 2,
    already: 0,
  })

  // Its events are no news, and are found by their id.
  expect((await api.get('/v1/events')).json.data).toEqual([])
  const [delivery] = (await api.get(`/v1/deliveries?endpoint_id=${id}`)).json.data
  const event = await api.get(`/v1/events/${delivery.event_id}`)
  expect(event.json).toMatchObject({
    type: 'user.created',
    data: { backfill: true, source: { id: 'src_a' } },
  })

  await api.post(path, { again: true })
  expect((await api.request('DELETE', path)).status).toBe(204)
  expect((await api.get(path)).json).toMatchObject({ state: 'stopped', queued: 0 })
})

test('its events are replayed to whom they are for, and to nobody else', async () => {
  const { api, id, path, run } = await startWithUsers(1)
  await api.post(path)
  await run()
  const [delivery] = (await api.get(`/v1/deliveries?endpoint_id=${id}`)).json.data
  const other = await api.post('/v1/endpoints', { url: 'https://hooks.example.com/other' })
  const replay = `/v1/events/${delivery.event_id}/replay`
  expect((await api.post(replay)).json.deliveries).toMatchObject([{ endpoint_id: id }])
  const refused = await api.post(replay, { endpoint_ids: [other.json.id] })
  expect(refused.json).toMatchObject({ status: 400, errors: [{ path: 'endpoint_ids.0' }] })
})

test('it is refused for what is not there, and while the endpoint is disabled', async () => {
  const { api, id, path } = await startWithUsers(1)
  expect((await api.post('/v1/endpoints/ep_none/backfill', {})).status).toBe(404)
  const source = await api.post(path, { source_ids: ['src_none'] })
  expect(source.json).toMatchObject({ status: 400, errors: [{ path: 'source_ids.0' }] })
  const filter = await api.post(path, { filter: { 'data.user': { like: 1 } } })
  expect(filter.status).toBe(400)
  await api.patch(`/v1/endpoints/${id}`, { enabled: false })
  expect((await api.post(path, {})).status).toBe(409)
  expect((await api.post(path, { dry_run: true })).json).toMatchObject({ users: 1 })
})

import { beforeEach, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './support.ts'

const URL = '/v1/sources/src_default/polls'
let api: TestApi
beforeEach(async () => {
  api = await startTestApi()
  await api.addSource('src_default')
})

test('a source that was never polled has no polls, and one that does not exist is not found', async () => {
  expect((await api.get(URL)).json).toEqual({ data: [], next_cursor: null })
  expect((await api.get('/v1/sources/src_none/polls')).status).toBe(404)
})

test('a poll is shown with all that is known of it', async () => {
  await api.addPolls('src_default', 1, {
    outcome: 'failed',
    changes: 2,
    events: { 'source.failing': 1 },
    error: { code: 'slow_down', message: 'Upstream is overloaded.' },
    warnings: ['changes_late'],
  })
  expect((await api.get(URL)).json.data).toEqual([
    {
      from: '2026-11-13T10:02:00.000Z',
      to: '2026-11-13T10:02:00.100Z',
      polls: 1,
      kinds: { head: 1 },
      outcome: 'failed',
      dry_run: false,
      requests: 1,
      rows: 100,
      changes: 2,
      events: { 'source.failing': 1 },
      duration_ms: 100,
      error: { code: 'slow_down', message: 'Upstream is overloaded.' },
      warnings: ['changes_late'],
      next_at: '2026-11-13T10:02:30.000Z',
    },
  ])
})

test('a time finds the polls that touch it, page by page', async () => {
  await api.addPolls('src_default', 20)
  const since = '2026-11-13T10:10:00.050Z'
  const until = '2026-11-13T10:30:00Z'
  const filters = `since=${since}&until=${until}&limit=4`
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { json } = await api.get(`${URL}?${filters}${cursor}`)
    seen.push(...json.data.map(({ from }: { from: string }) => from.slice(11, 16)))
    if (json.next_cursor === null) break
    cursor = `&cursor=${json.next_cursor}`
  }
  // The one at 10:10 ended only after `since`, and the one at 10:30 began just then.
  expect(seen).toEqual([30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10].map((minute) => `10:${minute}`))
})

test('a cursor belongs to its source and its time', async () => {
  await api.addSource('src_other')
  await api.addPolls('src_default', 3)
  const { next_cursor } = (await api.get(`${URL}?limit=1`)).json
  for (const url of [
    `/v1/sources/src_other/polls?cursor=${next_cursor}`,
    `${URL}?since=2026-11-13&cursor=${next_cursor}`,
  ]) {
    expect((await api.get(url)).json).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] })
  }
  expect((await api.get(`${URL}?since=2026-11-14&until=2026-11-13`)).status).toBe(400)
})

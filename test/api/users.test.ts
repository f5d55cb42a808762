import { expect, test } from 'vitest'
import { newSnapshot, type Snapshot } from '../../src/detect/snapshot.ts'
import { deliveryId } from '../../src/ids.ts'
import { watchCommands } from '../support/commands.ts'
import { everyValue } from './every-value.ts'
import { deliveryOf, startTestApi, type TestApi, userEvent, walk } from './support.ts'

const SOURCE = 'src_default'

/** What upstream may call a user. */
const HOSTILE = [
  '',
  ' ',
  '/',
  'a/',
  '/v1/sources',
  '.',
  '..',
  '../..',
  '%',
  '%2F',
  '%00',
  '\0',
  '\n',
  'a\r\nb',
  '+15551234567',
  '15551234567',
  '?user_id=x',
  '#',
  '&erase=true',
  '☎️🙂',
  'é',
  'e\u0301',
  '__proto__',
  'constructor',
  '*',
  '"}',
  'k'.repeat(10_240),
  '🙂'.repeat(2_560),
]

async function startWithUsers(ids: readonly string[], more: Partial<Snapshot> = {}): Promise<TestApi> {
  const api = await startTestApi()
  await api.addSource(SOURCE)
  await know(api, ids, more)
  return api
}

/** Has detection record users, as a poll does. */
async function know(api: TestApi, ids: readonly string[], more: Partial<Snapshot> = {}): Promise<void> {
  const { lease } = api.keys.source(SOURCE)
  await api.redis.set(lease, 1)
  for (let i = 0; i < ids.length; i += 500) {
    const users = ids.slice(i, i + 500).map((userId) => ({
      userId,
      before: null,
      after: { ...newSnapshot({ count: 3, last_contact: 2_000, first_contact: 1_000, epoch: 0 }), ...more },
    }))
    expect(await api.store.commitPage(SOURCE, 1, { users, events: [], state: {} })).toBe('OK')
  }
}

const byPath = (id: string) => `/v1/sources/${SOURCE}/users/${encodeURIComponent(id)}`
const byQuery = (id: string) => `/v1/sources/${SOURCE}/users?user_id=${encodeURIComponent(id)}`
const inPath = (id: string) => !['', '.', '..'].includes(id)

test('any id can be listed, read and forgotten', async () => {
  const api = await startWithUsers(HOSTILE)
  const listed = (await walk(api, `/v1/sources/${SOURCE}/users?limit=5`)).flat()
  expect(listed.map(({ user_id }) => user_id).sort()).toEqual([...HOSTILE].sort())
  for (const id of HOSTILE) {
    const user = {
      user_id: id,
      conversation_count: 3,
      first_contact_unix_secs: 1_000,
      last_contact_unix_secs: 2_000,
      absent: false,
      removed: false,
      sentiment: 'unknown',
    }
    expect((await api.get(byQuery(id))).json, JSON.stringify(id.slice(0, 40))).toEqual({
      data: [user],
      next_cursor: null,
    })
    if (inPath(id)) expect((await api.get(byPath(id))).json, JSON.stringify(id.slice(0, 40))).toEqual(user)
  }
  for (const [i, id] of HOSTILE.entries()) {
    const path = inPath(id) ? byPath(id) : byQuery(id)
    expect((await api.request('DELETE', path)).json).toEqual({
      forgotten: true,
      events: 0,
      deliveries: 0,
      quarantined_rows: 0,
    })
    expect((await api.request('DELETE', path)).json.forgotten).toBe(false)
    expect((await api.get(byQuery(id))).json.data).toEqual([])
    // Nobody else went with them.
    expect((await api.store.readState(SOURCE)).known_users).toBe(HOSTILE.length - i - 1)
  }
})

test('a tombstone is shown as such, and was not counted among the known', async () => {
  const api = await startWithUsers(['gone', 'here'], { removed: true, absent: false, sentiment: 'low' })
  expect((await api.get(byPath('gone'))).json).toMatchObject({ removed: true, sentiment: 'low' })
  await api.redis.hset(api.keys.source(SOURCE).state, 'known_users', 0)
  await api.request('DELETE', byPath('gone'))
  expect((await api.store.readState(SOURCE)).known_users).toBe(0)
})

test('what is not there or not valid is said', async () => {
  const api = await startWithUsers(['u'])
  expect((await api.get(byPath('nobody'))).json.code).toBe('not_found')
  expect((await api.get('/v1/sources/src_x/users')).status).toBe(404)
  expect((await api.get('/v1/sources/src_x/users/u')).status).toBe(404)
  expect((await api.request('DELETE', '/v1/sources/src_x/users/u')).status).toBe(404)
  expect((await api.get(`/v1/sources/${SOURCE}/users?cursor=x`)).status).toBe(400)
  expect((await api.get(byPath('x'.repeat(32_769)))).status).toBe(400)
  for (const path of ['users', 'users/', 'users?erase=true', 'users?user_id=a&user_id=b']) {
    expect((await api.request('DELETE', `/v1/sources/${SOURCE}/${path}`)).status, path).toBe(400)
  }
  expect((await api.request('DELETE', `${byPath('u')}?erase=yes`)).status).toBe(400)
  expect((await api.get(byPath('u'), { token: null })).status).toBe(401)
  expect((await api.store.readState(SOURCE)).known_users).toBe(1)
})

test('a walk misses and repeats nobody who was there all the time, while users come and go', async () => {
  const staying = Array.from({ length: 3_000 }, (_, i) => `stays-${i}`)
  const going = Array.from({ length: 300 }, (_, i) => `goes-${i}`)
  const api = await startWithUsers([...staying, ...going])
  let round = 0
  const pages = await walk(api, `/v1/sources/${SOURCE}/users?limit=250`, async () => {
    await know(
      api,
      Array.from({ length: 200 }, (_, i) => `comes-${round}-${i}`),
    )
    for (const id of going.splice(0, 20)) await api.request('DELETE', byPath(id))
    round++
  })
  const seen = pages.flat().map(({ user_id }) => user_id as string)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.filter((id) => id.startsWith('stays-')).sort()).toEqual([...staying].sort())
  expect(pages.slice(0, -1).every((page) => page.length === 250)).toBe(true)
})

test('a walk goes on within a bucket that a page has parted', async () => {
  const api = await startWithUsers([])
  const { users } = api.keys.source(SOURCE)
  const together: string[] = []
  for (let i = 0; together.length < 12; i++) if (users(`u${i}`) === users('u0')) together.push(`u${i}`)
  await know(api, together)
  for (const limit of [1, 5, 11]) {
    const pages = await walk(api, `/v1/sources/${SOURCE}/users?limit=${limit}`)
    expect(
      pages
        .map((page) => page.length)
        .slice(0, -1)
        .every((length) => length === limit),
    ).toBe(true)
    expect(
      pages
        .flat()
        .map(({ user_id }) => user_id)
        .sort(),
    ).toEqual([...together].sort())
  }
})

test('a page costs a bounded number of reads, with 5 users and with very many', async () => {
  const few = await startWithUsers(['a', 'b', 'c', 'd', 'e'])
  expect(await reads(few, () => few.get(`/v1/sources/${SOURCE}/users`))).toBeLessThan(12)
  expect((await few.get(`/v1/sources/${SOURCE}/users`)).json.data).toHaveLength(5)
  const many = await startWithUsers(Array.from({ length: 60_000 }, (_, i) => `u${i}`))
  expect(await reads(many, () => many.get(`/v1/sources/${SOURCE}/users?limit=250`))).toBeLessThan(6)
})

/** How often the script that reads buckets ran meanwhile, and whether anything else walked keys. */
async function reads(api: TestApi, act: () => Promise<unknown>): Promise<number> {
  const { commands, stop } = watchCommands(api.redis)
  await act().finally(stop)
  const names = new Set(commands.map(({ name }) => name.toLowerCase()))
  expect([...names].filter((name) => ['keys', 'scan'].includes(name))).toEqual([])
  // Where a master has not had the script yet, `eval` follows; each has begun with this.
  return commands.filter(({ name }) => name.toLowerCase() === 'evalsha').length
}

test('erasing leaves nothing of a person in Redis, and everybody else as they were', async () => {
  const marked = 'pérson/42\n"☎"'
  const api = await startWithUsers([marked, 'other'])
  const [one, two] = [await api.addEndpoint(), await api.addEndpoint()]
  const theirs = [1, 2, 3].map((count) => userEvent(SOURCE, marked, count))
  const others = Array.from({ length: 600 }, (_, i) => userEvent(SOURCE, 'other', i + 1))
  for (const event of [...theirs.slice(0, 1), ...others, ...theirs.slice(1)]) {
    const streamId = await api.addEvent(SOURCE, event)
    for (const { id } of [one, two]) await api.log.accept(id, [deliveryOf(event, SOURCE, streamId)])
  }
  // One has been attempted, one is being attempted, the others wait; the endpoint of one was deleted.
  const attempt = async (n: number) => {
    const event = theirs[n] ?? userEvent(SOURCE, marked)
    const [delivery] = (await api.get(`/v1/deliveries?event_id=${event.id}&endpoint_id=${one.id}`)).json.data
    const claim = await api.claim(one.id, delivery.id, 60_000)
    if (claim === null) throw new Error('It can be claimed.')
    return () =>
      api.record(one.id, claim, {
        status: 'retrying',
        attempt: {
          number: 1,
          at: new Date(api.clock.now).toISOString(),
          duration_ms: 1,
          url: one.url,
          request: { headers: {}, body: JSON.stringify(event) },
          response: null,
          error: null,
        },
        error: null,
        nextAttemptAt: api.clock.now + 1_000,
        health: 'down',
      })
  }
  await (await attempt(0))()
  const recordLate = await attempt(1)
  await api.endpoints.delete(two.id)
  await api.quarantine.add(SOURCE, [
    { row: JSON.stringify({ user_id: marked, conversation_count: 'many' }), reason: 'x' },
    { row: JSON.stringify({ user_id: 'other', conversation_count: 'many' }), reason: 'x' },
  ])
  expect(holding(await everyValue(api.redis, api.keys.prefix), marked)).not.toEqual([])

  const erase = () => api.request('DELETE', `${byPath(marked)}?erase=true`)
  expect((await erase()).json).toEqual({ forgotten: true, events: 3, deliveries: 6, quarantined_rows: 1 })
  expect(await recordLate()).toBe('GONE')
  const left = await everyValue(api.redis, api.keys.prefix)
  expect(holding(left, marked)).toEqual([])
  for (const { id } of theirs) expect(left.filter(([, value]) => value.includes(id))).toEqual([])
  expect((await erase()).json).toEqual({ forgotten: false, events: 0, deliveries: 0, quarantined_rows: 0 })

  const [, log] = [await api.get(byPath('other')), (await walk(api, '/v1/events?limit=250')).flat()]
  expect(log).toHaveLength(600)
  expect((await walk(api, '/v1/deliveries?limit=250')).flat()).toHaveLength(1_200)
  expect((await api.get(`/v1/sources/${SOURCE}/quarantine`)).json.data).toHaveLength(1)
  expect((await api.get(byPath('other'))).status).toBe(200)
  // A job that still names what was erased finds nothing to do.
  for (const { id } of theirs) {
    expect(await api.claim(one.id, deliveryId(id, one.id), 1_000)).toBeNull()
  }
  expect(holding(await everyValue(api.redis, api.keys.prefix), marked)).toEqual([])
  expect(api.lines.filter((line) => line.includes('rson'))).toEqual([])
})

test('an unreadable row is of a user also where their id is why, or where it was cut off', async () => {
  const api = await startWithUsers([])
  const long = 'z'.repeat(9_000)
  await api.quarantine.add(SOURCE, [
    { row: '{"user_id":42}', reason: 'x' },
    { row: '{"user_id":420}', reason: 'x' },
    { row: JSON.stringify({ a: 1, user_id: long }).slice(0, 4_096), reason: 'x' },
    { row: '{"user_id":""}', reason: 'x' },
  ])
  for (const id of ['42', long, '']) {
    const { json } = await api.request('DELETE', `${byQuery(id)}&erase=true`)
    expect(json.quarantined_rows, id.slice(0, 5)).toBe(1)
  }
  expect((await api.quarantine.list(SOURCE, { after: null, limit: 100 })).data.map(({ row }) => row)).toEqual(
    ['{"user_id":420}'],
  )
})

/** Where a text still is, as it is or as JSON has it. */
function holding(values: [string, string][], text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  // In an attempt, a body is JSON in JSON.
  const forms = [text, json, JSON.stringify(json).slice(1, -1)]
  return values.filter(([, value]) => forms.some((form) => value.includes(form))).map(([key]) => key)
}

test.each(['', '?erase=true'])('what this process remembers of a user goes with them (%s)', async (query) => {
  const api = await startWithUsers(['+1555', 'other'])
  const remembered = () => api.memories.of('ep_crm', 'v')
  remembered().noteToken('t0ken')
  for (const id of ['+1555', 'other']) remembered().noteCaller(id, { record: '7', sent: '{"id":"evt_1"}' })
  expect((await api.request('DELETE', `${byPath('+1555')}${query}`)).status).toBe(200)
  expect(remembered().caller('+1555')).toEqual({})
  expect(remembered().caller('other').record).toBe('7')
  expect(remembered().token()).toBe('t0ken')
})

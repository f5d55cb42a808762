import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { conditionOf, describeState } from '../../src/detect/source-state.ts'
import { UpstreamError } from '../../src/elevenlabs/upstream-error.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
})
afterEach(() => d.close())

/** A live source of so many users, polled a while ago. */
async function live(users: number) {
  d.simulator.seed({ users, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
}
const user = (i: number) => `user_${String(i).padStart(7, '0')}`
const types = async () => (await d.events()).map(({ type }) => type)
const fullScan = () => d.poll({}, { full: true })
const flood = (users: number) =>
  d.simulator.seed({ users, idOf: (i) => `flood-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
const accept = (as: 'events' | 'baseline') =>
  acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, as)

/** So many users are gone, and a person is asked. */
async function heldBack(gone: number) {
  for (let i = 1; i <= gone; i++) d.simulator.removeUser(user(i))
  await fullScan()
  await fullScan()
  expect((await d.state()).attention).toMatchObject({ kind: 'mass_removal', users: gone })
}

test('a flood that comes while removals wait for a person is told as well', async () => {
  await live(200)
  await heldBack(50)
  expect(await types()).toEqual(['source.needs_attention'])
  d.pass(60)
  flood(501)
  await d.poll()
  expect((await d.state()).attention?.kind).toBe('flood')
  const events = await d.events()
  expect(events.map(({ data }) => data.reason)).toEqual(['mass_removal', 'flood'])
  expect(new Set(events.map(({ id }) => id)).size).toBe(2)
})

test('a failure is seen although removals wait for a person', async () => {
  await live(200)
  await heldBack(50)
  d.simulator.setApiKey('another')
  await d.poll()
  const state = await d.state()
  expect(conditionOf(state, false)).toBe('failing')
  const words = describeState(state, { paused: false, intervalMs: 30_000 }, d.clock.ms)
  expect(words).toMatch(/check the key.*50 users are gone/)
  d.simulator.setApiKey('sim_key')
  await d.poll()
  expect(conditionOf(await d.state(), false)).toBe('needs_attention')
})

describe('a baseline whose dates say that everybody is new', () => {
  const LIES: [string, () => Promise<void>][] = [
    [
      'because of the server’s clock',
      async () => {
        d.simulator.seed({ users: 1_000, newestUnixSecs: d.nowSecs() - 3600 })
        d.simulator.fault({
          kind: 'date_header',
          value: 'Thu, 01 Jan 1970 00:00:00 GMT',
          times: 'always',
        })
      },
    ],
    [
      'because first contacts are in milliseconds',
      async () => {
        d.simulator.seed({ users: 1_000, newestUnixSecs: d.nowSecs() - 3600 })
        for (let i = 1; i <= 1_000; i++) {
          d.simulator.overrideRow(user(i), { first_contact_unix_secs: d.clock.ms })
        }
      },
    ],
    [
      'because the folder with the watermark is a year old',
      async () => {
        d.simulator.seed({ users: 1, newestUnixSecs: d.nowSecs() - 3600 })
        await d.poll()
        await d.poll()
        d.pass(365 * 86_400)
        await deleteKeys(d.redis, d.keys.prefix)
        d.simulator.seed({ users: 999, newestUnixSecs: d.nowSecs() - 3600 })
      },
    ],
  ]

  test.each(LIES)('%s stops and asks, and can be taken in silence', async (_, lie) => {
    await lie()
    expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/wrong dates/) })
    expect(conditionOf(await d.state(), false)).toBe('needs_attention')
    expect(await types()).toEqual([...Array(600).fill('user.created'), 'source.needs_attention'])
    expect((await d.tick()).outcome).toBe('waiting')
    await accept('baseline')
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: {} })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 1_000 })
    d.simulator.clearFaults()
    d.pass(60)
    d.simulator.call({ user_id: 'next' })
    expect((await d.poll()).events).toEqual({ 'user.created': 1 })
  })

  test('goes on to announce where a person says that it is true', async () => {
    await LIES[2]?.[1]()
    await d.poll()
    await accept('events')
    expect(await d.poll()).toMatchObject({
      outcome: 'done',
      kind: 'baseline',
      events: { 'user.created': 399 },
    })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 1_000 })
    expect((await d.state()).flood_accepted).toBeUndefined()
  })
})

test.each(['events', 'baseline'] as const)(
  'over 500 removals that are accepted as %s all go at once',
  async (as) => {
    await live(2_000)
    await heldBack(700)
    await accept(as)
    await d.poll()
    expect(await d.state()).toMatchObject({ known_users: 1_300 })
    expect((await types()).filter((type) => type === 'user.removed')).toHaveLength(as === 'events' ? 700 : 0)
    await fullScan()
    expect((await d.state()).attention).toBeUndefined()
  },
)

describe('removals that are accepted and cannot be carried out yet', () => {
  const removals = async () => (await types()).filter((type) => type === 'user.removed').length

  /** Upstream answers no question for a single user while this says so. */
  function refuseLookUps(error: UpstreamError | null) {
    const refusing = { error, answered: 0 }
    const { listUsers } = d.deps
    d.deps.listUsers = async (query, signal, onCursor) => {
      if (query.search !== undefined && refusing.error !== null && refusing.answered-- <= 0) {
        throw refusing.error
      }
      return listUsers(query, signal, onCursor)
    }
    return refusing
  }

  /** Polls every minute, and the minutes in which the whole list was read. */
  async function fullScansIn(minutes: number): Promise<number[]> {
    const at: number[] = []
    for (let i = 1; i <= minutes; i++) {
      d.pass(60)
      if ((await d.poll()).kind === 'full') at.push(i)
    }
    return at
  }

  test.each([
    ['of this version', false],
    ['of the version before', true],
  ])('cover no others who are gone since (state %s)', async (_, old) => {
    await live(400)
    await heldBack(50)
    await accept('events')
    const state = d.keys.source(d.source.id).state
    if (old) await d.redis.hdel(state, 'removals_accepted_users')
    const refusing = refuseLookUps(new UpstreamError('request', 'no search'))
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full', events: {} })
    for (let i = 51; i <= 350; i++) d.simulator.removeUser(user(i))
    d.pass(86_400)
    await d.poll()
    refusing.error = null
    d.pass(86_400)
    await d.poll()
    expect(await removals()).toBe(0)
    const { attention, known_users, removals_accepted } = await d.state()
    expect({ users: attention?.users, known_users, removals_accepted }).toEqual({
      users: 350,
      known_users: 400,
      removals_accepted: undefined,
    })
  })

  test('are tried again within minutes, less and less often, and carried out once upstream answers', async () => {
    await live(400)
    await heldBack(50)
    await accept('events')
    const refusing = refuseLookUps(new UpstreamError('request', 'no search'))
    expect(await d.poll()).toMatchObject({ kind: 'full', events: {} })
    expect(await fullScansIn(50)).toEqual([5, 10, 20, 40])
    refusing.error = null
    expect(await fullScansIn(40)).toEqual([30])
    expect(await removals()).toBe(50)
    expect(await d.state()).toMatchObject({ known_users: 350 })
    expect((await d.state()).removals_accepted).toBeUndefined()
    expect(await fullScansIn(100)).toEqual([])
  })

  test('are fewer by those that were carried out before upstream asked to slow down', async () => {
    await live(400)
    await heldBack(50)
    await accept('events')
    const refusing = refuseLookUps(new UpstreamError('slow_down', 'later', { retryAfterMs: 90_000 }))
    refusing.answered = 9
    expect(await d.poll()).toMatchObject({ outcome: 'failed', kind: 'full', events: { 'user.removed': 9 } })
    expect(await d.state()).toMatchObject({ removals_accepted: 'events', removals_accepted_users: 41 })
    refusing.error = null
    expect(await fullScansIn(10)).toEqual([5])
    expect(await removals()).toBe(50)
  })

  test('are looked for soon where they were accepted while an interrupted scan went on', async () => {
    await live(2_500)
    await heldBack(300)
    d.pass(60)
    const stop = new AbortController()
    d.beforeRequest(8, () => stop.abort())
    await d.poll({}, { full: true, signal: stop.signal })
    const { listUsers } = d.deps
    let requests = 0
    d.deps.listUsers = async (query, signal, onCursor) => {
      if (++requests === 5) await accept('events')
      return listUsers(query, signal, onCursor)
    }
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full', events: {} })
    expect(await fullScansIn(20)).toEqual([5])
    expect(await removals()).toBe(300)
  })
})

test('a user who cannot be asked for by name is no obstacle to the removal of others', async () => {
  await live(200)
  const long = 'x'.repeat(9_000)
  d.simulator.call({ user_id: long })
  await d.poll()
  d.pass(60)
  const { listUsers } = d.deps
  d.deps.listUsers = (query, signal) => {
    if (query.search === long) d.simulator.fault({ kind: 'html', status: 414 })
    return listUsers(query, signal)
  }
  d.simulator.removeUser(long)
  d.simulator.removeUser(user(7))
  await fullScan()
  expect(await fullScan()).toMatchObject({ outcome: 'done', events: { 'user.removed': 1 } })
  expect(await fullScan()).toMatchObject({ outcome: 'done', events: {} })
})

test.each([
  ['events', { 'user.returned': 700 }],
  ['baseline', {}],
] as const)('hundreds who are back after a removal are a flood; accepted as %s', async (as, told) => {
  await live(2_000)
  await heldBack(700)
  await accept('baseline')
  await d.poll()
  for (let i = 1; i <= 700; i++) d.simulator.restoreUser(user(i))
  d.pass(60)
  expect(await fullScan()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/back at once/) })
  expect((await types()).filter((type) => type.startsWith('user.'))).toEqual([])
  await accept(as)
  d.pass(60)
  expect(await d.poll()).toMatchObject({ outcome: 'done', events: told })
  expect(await d.state()).toMatchObject({ mode: 'live', known_users: 2_000 })
})

describe('a list that is empty although users are known', () => {
  /** So many minutes of polls that find nobody. */
  async function emptyFor(minutes: number) {
    for (let i = 0; i < minutes; i++) {
      expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/empty list/) })
      d.pass(60)
    }
  }

  test('asks a person after some minutes, and is asked about no more once it is not', async () => {
    await live(5)
    for (let i = 1; i <= 5; i++) d.simulator.removeUser(user(i))
    await emptyFor(3)
    expect((await d.state()).attention).toBeUndefined()
    await emptyFor(4)
    const message = expect.stringMatching(/no removals were sent. If it is true, accept them as events/)
    expect((await d.state()).attention).toMatchObject({ kind: 'mass_removal', users: 5, message })
    expect(await types()).toEqual(['source.failing', 'source.needs_attention'])
    for (let i = 1; i <= 5; i++) d.simulator.restoreUser(user(i))
    expect((await d.poll()).outcome).toBe('done')
    expect(conditionOf(await d.state(), false)).toBe('live')
    expect(await types()).toEqual(['source.failing', 'source.needs_attention', 'source.recovered'])
  })

  test('is asked about once it has been empty for some minutes itself, whatever failed before', async () => {
    await live(5)
    for (let i = 0; i < 6; i++) {
      d.simulator.fault({ kind: 'status', status: 500 })
      await d.poll()
      d.pass(60)
    }
    for (let i = 1; i <= 5; i++) d.simulator.removeUser(user(i))
    await emptyFor(5)
    expect((await d.state()).attention).toBeUndefined()
    await emptyFor(1)
    expect((await d.state()).attention?.kind).toBe('mass_removal')
  })

  test.each([
    ['events', 5],
    ['baseline', 0],
  ] as const)('is believed where a person accepts it as %s, and polled on', async (as, removals) => {
    await live(5)
    for (let i = 1; i <= 5; i++) d.simulator.removeUser(user(i))
    await emptyFor(7)
    await accept(as)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full' })
    expect((await types()).filter((type) => type === 'user.removed')).toHaveLength(removals)
    const state = await d.state()
    expect(state).toMatchObject({ known_users: 0 })
    expect([state.attention, state.removals_accepted, state.empty_accepted]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 1 })
    d.simulator.call({ user_id: 'next' })
    expect((await d.poll()).events).toEqual({ 'user.created': 1 })
  })

  test('removes nobody where it is accepted and they are back, and is not believed later', async () => {
    await live(5)
    for (let i = 1; i <= 5; i++) d.simulator.removeUser(user(i))
    await emptyFor(7)
    for (let i = 1; i <= 5; i++) d.simulator.restoreUser(user(i))
    await accept('events')
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full' })
    expect(await d.state()).toMatchObject({ known_users: 5 })
    d.simulator.fault({ kind: 'empty_list' })
    d.pass(60)
    await emptyFor(1)
  })

  test('is not believed a day later, where the scan that has read the list again was interrupted', async () => {
    await live(2_000)
    for (let i = 0; i < 7; i++) {
      d.simulator.fault({ kind: 'empty_list' })
      await emptyFor(1)
    }
    await accept('events')
    // The list is back, and the scan that was to remove everybody breaks off on its way.
    d.simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '90' }, skip: 7 })
    expect((await d.tick()).outcome).toBe('failed')
    d.pass(200)
    expect(await d.tick()).toMatchObject({ outcome: 'done', kind: 'full' })
    d.pass(25 * 3600)
    d.simulator.fault({ kind: 'empty_list', times: 'always' })
    expect(await d.tick()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/empty list/) })
    expect(await d.state()).toMatchObject({ known_users: 2_000 })
    expect((await types()).filter((type) => type === 'user.removed')).toEqual([])
  })

  test('is not believed because other removals were accepted', async () => {
    await live(200)
    await heldBack(40)
    await accept('events')
    d.simulator.fault({ kind: 'empty_list' })
    await emptyFor(1)
    expect((await d.state()).known_users).toBe(200)
  })
})

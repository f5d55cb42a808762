import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { afterNudge, dueAt, NUDGE_GAP_MS } from '../../src/detect/nudged.ts'
import { createPoll } from '../../src/detect/poll.ts'
import { createNudges } from '../../src/nudge/nudge-source.ts'
import { brief, createDetection, type Detection } from './detection.ts'

const last_poll = {
  at: new Date(50_000).toISOString(),
  kind: 'head' as const,
  requests: 1,
  rows: 1,
  events: 0,
  duration_ms: 10,
  error: null,
}

test('a nudge makes the next poll due a second after the last one, and puts forward no wait after a failure', () => {
  const state = { nudges: 3, nudges_answered: 3, failures: 0, not_before: 350_000, last_poll }
  expect(dueAt(state)).toBe(350_000)
  expect(dueAt({ ...state, nudges: 4 })).toBe(50_000 + NUDGE_GAP_MS)
  expect(dueAt({ ...state, nudges: 4, not_before: 50_500 })).toBe(50_500)
  expect(dueAt({ ...state, nudges: 4, failures: 1 })).toBe(350_000)
})

test('a nudge that came during a poll is the next one; a nudged poll that found nothing is made again, three times', () => {
  const poll = { pending: false, answered: false, found: false, followUps: undefined, began: 900, now: 1_000 }
  expect(afterNudge(poll)).toBeNull()
  expect(afterNudge({ ...poll, pending: true, answered: true })).toEqual({ at: 1_900, followUps: null })
  expect(afterNudge({ ...poll, pending: true, now: 9_000 })).toEqual({ at: 9_000, followUps: null })
  expect(afterNudge({ ...poll, answered: true })).toEqual({ at: 3_000, followUps: 1 })
  expect(afterNudge({ ...poll, followUps: 1 })).toEqual({ at: 6_000, followUps: 2 })
  expect(afterNudge({ ...poll, followUps: 2 })).toEqual({ at: 21_000, followUps: 3 })
  expect(afterNudge({ ...poll, followUps: 3 })).toBeNull()
  expect(afterNudge({ ...poll, followUps: 3, answered: true })).toEqual({ at: 3_000, followUps: 1 })
  expect(afterNudge({ ...poll, answered: true, found: true })).toBeNull()
})

describe('a source that is polled every five minutes', () => {
  let d: Detection
  let nudge: () => Promise<void>
  const tick = () => d.tick({ intervalMs: 300_000 })
  beforeEach(async () => {
    d = await createDetection()
    const { accept } = createNudges({ ...d, now: () => d.clock.ms, pollForNudge: async () => undefined })
    nudge = () => accept(d.source.id)
    d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    await d.poll({ intervalMs: 300_000 })
    d.pass(10)
  })
  afterEach(() => d.close())

  test('is polled when it is nudged, once for many, and then at its interval again', async () => {
    d.simulator.call({ user_id: 'caller' })
    expect(await tick()).toMatchObject({ outcome: 'waiting' })
    for (let i = 0; i < 10; i++) await nudge()
    expect(await tick()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
    d.pass(30)
    expect(await tick()).toMatchObject({ outcome: 'waiting', requests: 0 })
  })

  test('is polled at most once a second, and says when it will be', async () => {
    await nudge()
    await tick()
    await nudge()
    expect(await tick()).toMatchObject({ outcome: 'waiting', next_at: d.clock.ms + NUDGE_GAP_MS })
    d.pass(1)
    expect(await tick()).toMatchObject({ outcome: 'done' })
  })

  test('is polled once more where the nudge came after the poll had asked for its first page', async () => {
    const { listUsers } = d.deps
    d.deps.listUsers = async (query, signal) => {
      const page = await listUsers(query, signal)
      d.deps.listUsers = listUsers
      d.simulator.call({ user_id: 'late' })
      await nudge()
      return page
    }
    await nudge()
    expect(await tick()).toMatchObject({ outcome: 'done', events: {}, next_at: d.clock.ms + NUDGE_GAP_MS })
    d.pass(1)
    expect(await tick()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
  })

  test('is asked again a few times where upstream lists a call after it has told of it', async () => {
    d.simulator.call({ user_id: 'late', visible_after_ms: 6_000 })
    await nudge()
    const found: string[][] = []
    for (const secs of [0, 2, 5]) {
      d.pass(secs)
      expect(await tick()).toMatchObject({ outcome: 'done' })
      found.push(brief(await d.events()))
    }
    expect(found).toEqual([[], [], ['late: user.created 0→1']])
    d.pass(30)
    expect(await tick()).toMatchObject({ outcome: 'waiting' })
  })

  test('is not polled sooner than a failing upstream allows', async () => {
    d.simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '120' } })
    await nudge()
    expect(await tick()).toMatchObject({ outcome: 'failed' })
    d.pass(60)
    await nudge()
    expect(await tick()).toMatchObject({ outcome: 'waiting' })
    d.pass(600)
    expect(await tick()).toMatchObject({ outcome: 'done' })
    expect(await d.state()).toMatchObject({ nudges: 2, nudges_answered: 2 })
  })

  test('is looked at from the top in the middle of a full scan', async () => {
    await d.close()
    d = await createDetection()
    const { accept } = createNudges({ ...d, now: () => d.clock.ms, pollForNudge: async () => undefined })
    d.simulator.seed({ users: 2_500, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    await d.poll({ intervalMs: 300_000 })
    d.pass(600)
    const { listUsers } = d.deps
    let pages = 0
    const toldAfter: number[] = []
    d.deps.listUsers = async (query, signal) => {
      if (++pages === 8) {
        d.simulator.call({ user_id: 'caller' })
        await accept(d.source.id)
      }
      // A page takes a second.
      d.pass(1)
      if (toldAfter.length === 0 && (await d.events()).length > 0) toldAfter.push(pages)
      return listUsers(query, signal)
    }
    const poll = createPoll(d.deps)
    await poll({ ...d.source, intervalMs: 300_000 }, { now: true, full: true })
    expect(pages).toBeGreaterThan(20)
    expect(brief(await d.events())).toEqual(['caller: user.created 0→1'])
    expect(toldAfter[0]).toBeLessThan(14)
  })
})

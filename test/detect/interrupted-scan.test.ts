import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { classifyResponse } from '../../src/elevenlabs/classify-response.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 2_500, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
})
afterEach(() => d.close())

const types = async () => (await d.events()).map(({ type }) => type)
const fullScan = () => d.poll({}, { full: true })

/** Upstream as it answers where it allows so many requests in so many seconds, by the clock. */
function limitRate(requests: number, secs: number) {
  const { listUsers } = d.deps
  let window = 0
  let used = 0
  d.deps.listUsers = (...query) => {
    const now = Math.floor(d.clock.ms / 1000 / secs)
    if (now !== window) [window, used] = [now, 0]
    if (++used <= requests) return listUsers(...query)
    const wait = (now + 1) * secs - d.clock.ms / 1000
    return Promise.reject(
      classifyResponse({
        status: 429,
        headers: { 'retry-after': String(Math.ceil(wait)) },
        body: '',
        host: 'upstream.example',
        now: d.clock.ms,
      }),
    )
  }
}

describe('a full scan that breaks off', () => {
  test('goes on behind the last page that it has read', async () => {
    // One request of the head poll and six pages.
    d.simulator.fault({ kind: 'status', status: 429, skip: 7 })
    expect(await fullScan()).toMatchObject({ outcome: 'failed', requests: 8 })
    d.pass(60)
    // One request of the head poll, and the other 19 pages.
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full', requests: 20 })
  })

  test('goes on behind the last page that it has read also where its process was stopped', async () => {
    const stop = new AbortController()
    d.beforeRequest(8, () => stop.abort())
    await d.poll({}, { full: true, signal: stop.signal })
    d.pass(60)
    const { requests } = await d.poll()
    expect(requests).toBeLessThanOrEqual(21)
  })

  test('reads those whom it held back again, and tells of them once', async () => {
    // On the fourth page, far below the watermark.
    d.simulator.call({ user_id: 'surfaced-late', at_unix_secs: d.nowSecs() - 4_200 - 350 * 60 })
    d.simulator.fault({ kind: 'status', status: 429, skip: 8 })
    expect(await fullScan()).toMatchObject({ outcome: 'failed', requests: 9 })
    expect(await types()).toEqual([])
    d.pass(60)
    // One request of the head poll, and the pages from the fourth one on.
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full', requests: 24 })
    expect(brief(await d.events())).toEqual(['surfaced-late: user.created 0→1'])
  })
})

describe('an upstream that allows fewer requests at once than a list has pages', () => {
  test('is waited for in the middle of a full scan, which still finds who is gone', async () => {
    d.simulator.removeUser('user_0000007')
    limitRate(8, 20)
    for (const removed of [0, 1]) {
      expect(await fullScan()).toMatchObject({ outcome: 'done', kind: 'full' })
      expect(await types()).toHaveLength(removed)
      d.pass(60)
    }
    expect(brief(await d.events())).toEqual(['user_0000007: user.removed 1→0'])
  })

  test('is waited for where a newcomer is held back, until the scan has ended', async () => {
    d.simulator.call({ user_id: 'surfaced-late', at_unix_secs: d.nowSecs() - 4_200 - 350 * 60 })
    limitRate(8, 20)
    expect(await fullScan()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
  })

  test('and asks for a longer wait is left alone, and the scan goes on after it', async () => {
    d.simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '90' }, skip: 7 })
    expect(await fullScan()).toMatchObject({ outcome: 'failed', requests: 8 })
    d.pass(89)
    expect((await d.tick()).outcome).toBe('waiting')
    d.pass(1)
    expect(await d.tick()).toMatchObject({ outcome: 'done', kind: 'full', requests: 20 })
  })
})

describe('a page at which upstream asks to wait each time, with a 5xx', () => {
  /** One deep page is answered so, and when the top of the list was asked for (ms). */
  function refusePage(
    userId: string,
    status: number,
    wait: number,
  ): { tops: number[]; deep: (string | null)[] } {
    const { listUsers } = d.deps
    const tops: number[] = []
    const deep: (string | null)[] = []
    d.deps.listUsers = async (query, signal) => {
      if (query.cursor === null) tops.push(d.clock.ms)
      const page = await listUsers(query, signal)
      if (query.cursor === null || !page.rows.some((row) => row.user_id === userId)) return page
      deep.push(query.cursor)
      throw classifyResponse({
        status,
        headers: { 'retry-after': String(wait) },
        body: '',
        host: 'upstream.example',
        now: d.clock.ms,
      })
    }
    return { tops, deep }
  }

  test('lets the top of the list be polled meanwhile, and whoever calls be announced', async () => {
    const { tops } = refusePage('user_0001500', 503, 60)
    d.beforeRequest(4, () => d.simulator.call({ user_id: 'newcomer' }))
    await fullScan()
    const gaps = tops.slice(1).map((at, i) => (at - (tops[i] ?? 0)) / 1000)
    expect(d.clock.ms - (tops[0] ?? 0)).toBeGreaterThanOrEqual(180_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31)
    expect(brief(await d.events())).toEqual(['newcomer: user.created 0→1'])
  })

  test('is waited for with all else where the wait is of the whole key', async () => {
    const { tops } = refusePage('user_0001500', 429, 60)
    await fullScan()
    // The head poll and the first page of the scan.
    expect(tops).toHaveLength(2)
  })

  test.each([60, 90])(
    'for %i seconds is left after some polls, and the scan begins at the top',
    async (wait) => {
      const { deep } = refusePage('user_0001500', 503, wait)
      expect((await fullScan()).error).not.toMatch(/starts again/)
      const place = (await d.state()).scan_cursor
      expect(place).toBeDefined()
      const errors: (string | null)[] = []
      for (let i = 0; i < 3; i++) {
        d.pass(100)
        errors.push((await d.poll()).error)
      }
      expect(errors.map((error) => /starts again from the top/.test(error ?? ''))).toEqual([
        false,
        false,
        true,
      ])
      expect(await d.state()).toMatchObject({ scan_kind: 'full', scan_place_failures: 0 })
      expect((await d.state()).scan_cursor).toBeUndefined()
      expect(new Set(deep).size).toBe(1)
    },
  )

  test('that answers before that is gone on from, as if nothing had been', async () => {
    const { listUsers } = d.deps
    refusePage('user_0001500', 503, 90)
    await fullScan()
    for (let i = 0; i < 2; i++) {
      d.pass(100)
      await d.poll()
    }
    expect(await d.state()).toMatchObject({ scan_place_failures: 2 })
    d.deps.listUsers = listUsers
    d.pass(100)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full' })
    expect(await d.state()).toMatchObject({ scan_place_failures: 0 })
  })
})

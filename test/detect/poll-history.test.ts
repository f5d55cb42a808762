import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPoll } from '../../src/detect/poll.ts'
import { entryOf, type PollEntry } from '../../src/detect/poll-entry.ts'
import { createPollHistory, KEPT_POLLS, POLLS_KEPT_MS } from '../../src/detect/poll-history.ts'
import type { DetectionStore } from '../../src/detect/store.ts'
import { createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 150, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
})
afterEach(() => d.close())

const ALL = { since: null, until: null, after: null, limit: KEPT_POLLS }
const list = async (page: Partial<Parameters<typeof d.history.list>[1]> = {}) =>
  (await d.history.list(d.source.id, { ...ALL, ...page })).data
/** The entries newest first, each as its outcome and its polls. */
const brief = (entries: readonly PollEntry[]) =>
  entries.map(({ outcome, kinds }) =>
    [outcome, ...Object.entries(kinds).map(([kind, count]) => `${kind}×${count}`)].join(' '),
  )
/** Polls on schedule, one after the other at their times. */
async function ticks(count: number) {
  for (let i = 0; i < count; i++) {
    d.clock.ms = Math.max(d.clock.ms + 1_000, (await d.state()).not_before)
    await d.tick()
  }
}
/** An entry of a quiet poll of a second, which puts the next off for half a minute. */
const quiet = (from: number, over: Partial<PollEntry> = {}) =>
  entryOf({ outcome: 'quiet', kind: 'head', from, to: from + 1_000, next: from + 30_000, ...over })

/** Records as the holder of the lease does. */
async function record(...entries: PollEntry[]) {
  const token = await d.store.acquire(d.source.id)
  if (token === null) throw new Error('Somebody else holds the lease.')
  for (const entry of entries) await d.history.record(d.source.id, token, entry)
  await d.store.release(d.source.id, token)
}

describe('what polls did is written down', () => {
  test('quiet polls become one entry, news, an outage and its end are entries of their own', async () => {
    await ticks(12)
    d.simulator.call({ user_id: 'new' })
    d.simulator.call({ user_id: 'user_0000003' })
    await ticks(3)
    d.simulator.fault({ kind: 'status', status: 503, times: 20 })
    for (let i = 0; i < 8; i++) {
      d.pass(50)
      await ticks(1)
    }
    d.simulator.clearFaults()
    await ticks(2)
    const entries = await list()
    // The outage is told when it has lasted for five minutes, and its end because it was told.
    expect(brief(entries)).toEqual([
      expect.stringMatching(/^quiet (head|lookback)×1$/),
      'found head×1',
      expect.stringMatching(/^failed head×\d$/),
      'failed head×1',
      expect.stringMatching(/^failed head×\d$/),
      'quiet head×2',
      'found head×1',
      'quiet head×11',
      'quiet baseline×1',
    ])
    const [, recovered, , told, failed, , found, before, baseline] = entries
    expect(baseline).toMatchObject({ requests: 2, rows: 150, changes: 150, events: {}, error: null })
    expect(before).toMatchObject({ requests: 11, rows: 1_100, changes: 0, events: {} })
    expect(found).toMatchObject({
      changes: 2,
      events: { 'user.created': 1, 'user.conversation_count.increased': 1 },
    })
    expect(failed?.error).toEqual({ code: 'slow_down', message: expect.stringMatching(/\S/) })
    expect(told?.events).toEqual({ 'source.failing': 1 })
    expect(recovered?.events).toEqual({ 'source.recovered': 1 })
    const { last_poll, not_before } = await d.state()
    expect(entries[0]).toMatchObject({ from: Date.parse(last_poll?.at ?? ''), next: not_before })
  })

  test('looks further back are quiet polls like others, and a full scan is an entry of its own', async () => {
    await ticks(1)
    await ticks(40)
    await d.poll({}, { full: true })
    await ticks(2)
    expect(brief(await list())).toEqual([
      'quiet head×2',
      'quiet full×1',
      expect.stringMatching(/^quiet head×\d+ lookback×\d$/),
      'quiet baseline×1',
    ])
  })

  test('polls between which there was a pause are two entries, so that the pause is seen', async () => {
    await ticks(4)
    const before = d.clock.ms
    d.pass(300)
    await ticks(3)
    const [after, earlier] = await list()
    expect(brief(await list())).toEqual(['quiet head×3', 'quiet head×3', 'quiet baseline×1'])
    expect([earlier?.to, (after?.from ?? 0) > before + 299_000]).toEqual([before, true])
  })

  test('a flood is held, and so is each poll until somebody decides', async () => {
    await ticks(2)
    d.simulator.seed({ users: 501, idOf: (i) => `f-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
    await ticks(1)
    for (let i = 0; i < 4; i++) {
      d.pass(30)
      await d.tick()
    }
    const entries = await list()
    expect(brief(entries).slice(0, 2)).toEqual(['held head×4', 'held head×1'])
    expect(entries[1]).toMatchObject({ changes: 0, events: { 'source.needs_attention': 1 } })
    expect(entries[0]).toMatchObject({ requests: 0, error: { code: 'flood' } })
  })

  test('a source without a key that can be used says so', async () => {
    await d.tick({ apiKey: null })
    expect(await list()).toMatchObject([{ outcome: 'failed', requests: 0, error: { code: 'key' } }])
  })

  test('a dry run is one of its own, and leaves the others as they are', async () => {
    await ticks(3)
    d.simulator.call({ user_id: 'new' })
    await d.poll({}, { dryRun: true })
    const entries = await list()
    expect(entries[0]).toMatchObject({ outcome: 'found', dry_run: true, events: { 'user.created': 1 } })
    expect(brief(entries.slice(1))).toEqual(['quiet head×2', 'quiet baseline×1'])
    expect(await d.events()).toEqual([])
  })

  test('nothing of a person is in it', async () => {
    await ticks(2)
    d.simulator.call({ user_id: 'secret-caller' })
    await ticks(2)
    const stored = await d.redis.lrange(d.keys.source(d.source.id).polls, 0, -1)
    expect(stored).toHaveLength(4)
    expect(stored.join()).not.toMatch(/secret-caller|user_0/)
  })
})

describe('a long scan', () => {
  /** A full scan in which each bucket of what is recorded takes longer than the interval. */
  function slowFullScan(then: () => Promise<void>) {
    const store: DetectionStore = {
      ...d.store,
      async *scanBuckets(...args) {
        for await (const users of d.store.scanBuckets(...args)) {
          d.pass(31)
          await then()
          yield users
        }
      },
    }
    return createPoll({ ...d.deps, store })(d.source, { now: true, full: true })
  }

  test('is seen while it is under way, and is one entry when it has ended', async () => {
    await ticks(2)
    const seen: PollEntry[] = []
    await slowFullScan(async () => void seen.push(...(await list({ limit: 1 }))))
    expect(seen.at(-1)).toMatchObject({ outcome: 'under_way', kinds: { full: 1 }, next: null })
    const [done, ...others] = await list()
    expect(done).toMatchObject({ outcome: 'quiet', kinds: { full: 1 }, from: seen.at(-1)?.from })
    expect(done?.to).toBeGreaterThan(seen.at(-1)?.to ?? Number.POSITIVE_INFINITY)
    expect(brief(others)).toEqual(['quiet head×1', 'quiet baseline×1'])
  })

  test('says how many users it has looked at so far', async () => {
    await ticks(1)
    d.simulator.seed({
      users: 500,
      spacingSecs: 60,
      newestUnixSecs: d.nowSecs() - 90_000,
      idOf: (i) => `o${i}`,
    })
    await d.poll()
    const seen: number[] = []
    const { listUsers } = d.deps
    const poll = createPoll({
      ...d.deps,
      listUsers: async (...args) => {
        d.pass(31)
        const [entry] = await list({ limit: 1 })
        if (entry?.outcome === 'under_way') seen.push(entry.rows)
        return listUsers(...args)
      },
    })
    await poll(d.source, { now: true, full: true })
    // Each page of the list but the last, and the head polls in between.
    expect(seen.at(-1)).toBeGreaterThan(1_000)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect((await list({ limit: 1 }))[0]?.rows).toBeGreaterThan(seen.at(-1) ?? Number.POSITIVE_INFINITY)
  })

  test('is shown as stopped when its process is gone and another polls', async () => {
    await ticks(2)
    let left = 3
    const gone = new Error('This process has died.')
    const scan = slowFullScan(async () => {
      if (--left > 0) return
      // What it would write after its death is not written.
      await d.store.interrupt(d.source.id)
      throw gone
    })
    await expect(scan).rejects.toBe(gone)
    expect(brief(await list({ limit: 1 }))).toEqual(['under_way full×1'])
    await ticks(1)
    expect(brief(await list()).slice(0, 3)).toEqual(['quiet head×1', 'stopped full×1', 'quiet head×1'])
  })

  test('is stopped with its process, and says how far it came', async () => {
    await ticks(1)
    const stopping = new AbortController()
    d.simulator.seed({
      users: 500,
      spacingSecs: 60,
      newestUnixSecs: d.nowSecs() - 90_000,
      idOf: (i) => `o${i}`,
    })
    d.beforeRequest(4, () => stopping.abort())
    await d.poll({}, { full: true, signal: stopping.signal })
    const [entry] = await list()
    expect(entry).toMatchObject({ outcome: 'stopped', kinds: { full: 1 } })
    expect(entry?.rows).toBeGreaterThanOrEqual(200)
  })

  test('that a dry run came into is still one entry', async () => {
    const began = d.clock.ms
    const full = { kind: 'full' as const, from: began }
    await record(entryOf({ outcome: 'under_way', ...full, to: began + 30_000 }))
    await d.history.record(d.source.id, null, quiet(began + 40_000, { dry_run: true }))
    await record(entryOf({ outcome: 'quiet', ...full, to: began + 60_000 }))
    expect((await list()).map(({ outcome, dry_run }) => [outcome, dry_run])).toEqual([
      ['quiet', false],
      ['quiet', true],
    ])
  })
})

describe('the list', () => {
  test('is bounded by number', async () => {
    const began = d.clock.ms
    // Each is found too late to go on with the one before.
    const entries = Array.from({ length: KEPT_POLLS + 5 }, (_, i) => quiet(began + i * 120_000))
    d.clock.ms = entries.at(-1)?.to ?? 0
    await record(...entries)
    expect(await d.redis.llen(d.keys.source(d.source.id).polls)).toBe(KEPT_POLLS)
    const kept = await list()
    expect(kept.map(({ from }) => from)).toEqual(
      entries
        .slice(5)
        .map(({ from }) => from)
        .reverse(),
    )
  })

  test('is bounded by age, also where nothing new comes', async () => {
    const began = d.clock.ms
    await record(quiet(began), quiet(began + 3_600_000), quiet(began + 7_200_000))
    d.clock.ms = began + POLLS_KEPT_MS + 1_800_000
    // Not shown any more, although nothing was written that could have let it go.
    expect((await list()).map(({ from }) => from)).toEqual([began + 7_200_000, began + 3_600_000])
    await record(quiet(d.clock.ms))
    const { polls } = d.keys.source(d.source.id)
    expect(await d.redis.llen(polls)).toBe(3)
    const left = await d.redis.pttl(polls)
    expect(left).toBeGreaterThan(POLLS_KEPT_MS - 3_600_000)
    expect(left).toBeLessThanOrEqual(POLLS_KEPT_MS)
  })

  test('is read page by page, whatever is written meanwhile', async () => {
    const began = d.clock.ms
    await record(...Array.from({ length: 25 }, (_, i) => quiet(began + i * 120_000)))
    const seen: number[] = []
    let after: Awaited<ReturnType<typeof d.history.list>>['next'] = null
    let more = 25
    do {
      const page = await d.history.list(d.source.id, { ...ALL, after, limit: 10 })
      seen.push(...page.data.map(({ from }) => from))
      after = page.next
      // One that goes on with the newest, and one that is new.
      await record(quiet(began + (more - 1) * 120_000 + 30_000), quiet(began + more * 120_000))
      more++
    } while (after !== null)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => began + (24 - i) * 120_000))
  })

  test('has an entry once whose writing was told of too late, and was done again', async () => {
    const redis = {
      lrange: d.redis.lrange.bind(d.redis),
      // As a connection that is made anew sends again what it has no answer to.
      callBuffer: (async (...args: Parameters<typeof d.redis.callBuffer>) => {
        await d.redis.callBuffer(...args)
        return d.redis.callBuffer(...args)
      }) as typeof d.redis.callBuffer,
    }
    const { record: recordTwice } = createPollHistory({ ...d.deps, redis })
    const token = await d.store.acquire(d.source.id)
    const at = d.clock.ms
    await recordTwice(d.source.id, token, quiet(at, { outcome: 'found' }))
    await recordTwice(d.source.id, token, quiet(at + 30_000))
    await recordTwice(d.source.id, token, quiet(at + 60_000))
    await d.store.release(d.source.id, token ?? 0)
    expect(brief(await list())).toEqual(['quiet head×2', 'found head×1'])
  })

  test('is read page by page to its end where dry runs lie within other polls', async () => {
    const at = (secs: number) => d.clock.ms - 3_600_000 + secs * 1_000
    const dry = (from: number, to: number) =>
      d.history.record(d.source.id, null, quiet(at(from), { to: at(to), dry_run: true }))
    await record(quiet(at(0)))
    await dry(150, 151)
    // A long one that a dry run came into, another dry run in the middle of two, and one that outlasted a poll.
    await record(quiet(at(100), { to: at(200) }))
    await dry(190, 300)
    await record(quiet(at(400)))
    await dry(300, 500)
    await record(quiet(at(600)))
    // By clocks that differ, and by writes that cross.
    await dry(700, 720)
    await record(quiet(at(690), { to: at(719) }))
    const all = (await list()).map(({ from, to }) => [from, to])
    expect(all).toHaveLength(9)
    for (const limit of [1, 2, 3]) {
      const seen: number[][] = []
      let after: Awaited<ReturnType<typeof d.history.list>>['next'] = null
      do {
        const page = await d.history.list(d.source.id, { ...ALL, after, limit })
        seen.push(...page.data.map(({ from, to }) => [from, to]))
        after = page.next
      } while (after !== null && seen.length < 50)
      expect(seen).toEqual(all)
    }
  })

  test('shows none twice that moves on while it is read', async () => {
    const began = d.clock.ms
    await record(...Array.from({ length: 150 }, (_, i) => quiet(began + i * 120_000)))
    let reads = 0
    const redis = {
      callBuffer: d.redis.callBuffer.bind(d.redis),
      lrange: (async (key: string, from: number, to: number) => {
        if (++reads === 2) await record(quiet(began + 150 * 120_000))
        return d.redis.lrange(key, from, to)
      }) as typeof d.redis.lrange,
    }
    const { data } = await createPollHistory({ ...d.deps, redis }).list(d.source.id, ALL)
    expect(reads).toBe(2)
    expect(data.map(({ from }) => (from - began) / 120_000)).toEqual(
      Array.from({ length: 150 }, (_, i) => 149 - i),
    )
  })

  test('answers with what touches a time, however long that lasted', async () => {
    const at = d.clock.ms
    await record(
      quiet(at, { to: at + 3_600_000, next: at + 3_600_000 }),
      quiet(at + 3_600_000, { outcome: 'found', to: at + 3_601_000, next: at + 3_630_000 }),
      quiet(at + 3_630_000, { to: at + 7_200_000 }),
    )
    const found = async (since: number | null, until: number | null) =>
      (await list({ since, until })).map(({ from }) => (from - at) / 1_000)
    d.clock.ms = at + 7_200_000
    expect(await found(at + 600_000, at + 600_000)).toEqual([0])
    expect(await found(at + 3_600_000, at + 3_600_500)).toEqual([3600, 0])
    expect(await found(at + 3_601_001, null)).toEqual([3630])
    expect(await found(null, at + 3_629_999)).toEqual([3600, 0])
    expect(await found(at + 3_602_000, at + 3_603_000)).toEqual([])
  })
})

describe('who writes it', () => {
  test('has to hold the lease', async () => {
    const began = d.clock.ms
    const late = (await d.store.acquire(d.source.id)) ?? 0
    await d.history.record(d.source.id, late, quiet(began))
    await d.store.interrupt(d.source.id)
    const other = createPollHistory(d.deps)
    const token = (await d.store.acquire(d.source.id)) ?? 0
    await other.record(d.source.id, token, quiet(began + 30_000))
    const before = await list()
    await d.history.record(d.source.id, late, quiet(began + 31_000))
    await d.history.record(d.source.id, late, quiet(began + 90_000_000))
    expect(await list()).toEqual(before)
    expect(brief(before)).toEqual(['quiet head×2'])
  })

  test('goes on with what another process has written, and overwrites nothing', async () => {
    const histories = [d.history, createPollHistory(d.deps), createPollHistory(d.deps)]
    const token = (await d.store.acquire(d.source.id)) ?? 0
    const began = d.clock.ms
    for (let i = 0; i < 12; i++) {
      const outcome = i === 5 ? { outcome: 'found' as const, events: { 'user.created': 1 } } : {}
      await histories[i % 3]?.record(d.source.id, token, quiet(began + i * 30_000, outcome))
    }
    expect(brief(await list())).toEqual(['quiet head×6', 'found head×1', 'quiet head×5'])
  })

  test('leaves nothing of a source that is not there', async () => {
    await d.history.record('src_gone', null, quiet(d.clock.ms, { dry_run: true }))
    await d.history.record('src_gone', 7, quiet(d.clock.ms))
    expect(await d.redis.exists(d.keys.source('src_gone').polls)).toBe(0)
  })

  test('cannot keep a poll from its end', async () => {
    const lines: string[] = []
    const logger = d.deps.logger.child({})
    logger.warn = ((_: object, text: string) => void lines.push(text)) as typeof logger.warn
    // As if another program had taken the key: every write is refused.
    await d.redis.set(d.keys.source(d.source.id).polls, 'not a list')
    const poll = createPoll({ ...d.deps, history: createPollHistory({ ...d.deps, logger }) })
    expect(await poll(d.source, { now: true })).toMatchObject({ outcome: 'done', kind: 'baseline' })
    d.pass(600)
    d.simulator.call({ user_id: 'new' })
    expect(await poll(d.source)).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
    expect(lines).toEqual(Array(2).fill(expect.stringContaining('could not be put into the history')))
    expect((await d.state()).total_polls).toBe(2)
  })
})

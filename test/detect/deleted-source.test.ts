import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWatermarkFiles } from '../../src/detect/watermark-files.ts'
import { createPurgeSource } from '../../src/maintain/purge-source.ts'
import { createRecords } from '../../src/redis/records.ts'
import {
  createSources,
  type ManagedSource,
  type SourceRecord,
  type Sources,
} from '../../src/sources/sources.ts'
import { brief, createDetection, type Detection } from './detection.ts'

const ID = 'src_test'

let d: Detection
let sources: Sources
let managed: ManagedSource

/** A source of the environment with 200 known callers. */
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  sources = createSources({
    records: createRecords<SourceRecord>(d.redis, d.keys.sources),
    vault: { seal: (plaintext) => plaintext, open: (sealed) => sealed },
    defaults: { pollIntervalMs: 30_000, overlapMs: 120_000 },
    now: () => d.clock.ms,
  })
  managed = {
    id: ID,
    name: 'test',
    base_url: d.simulator.url,
    api_key: 'sim_key',
    agent_id: null,
    branch_id: null,
  }
  await sources.keep(managed)
  await poll()
  d.pass(60)
})
afterEach(() => d.close())

const poll = async () => d.poll(sources.toPoll(await sources.get(ID)))
const remember = { remove: async () => undefined }
const purge = (over: Partial<Parameters<typeof createPurgeSource>[0]> = {}) =>
  createPurgeSource({ redis: d.redis, keys: d.keys, sources, watermarks: remember, ...over })(ID)

async function callAndTell(userId: string) {
  d.simulator.call({ user_id: userId })
  await poll()
}

/** As a start without the variable, after which a person deletes it. */
async function unsetAndDelete() {
  await sources.release([])
  await sources.delete(ID)
}

async function snapshots(): Promise<number> {
  let count = 0
  for await (const users of d.store.scanBuckets(ID, 2_048)) count += users.length
  return count
}

test('a source that is deleted and named again by the environment takes a new baseline in silence', async () => {
  await callAndTell('before')
  await unsetAndDelete()
  await purge()
  expect(await snapshots()).toBe(0)
  d.pass(3_600)
  d.simulator.call({ user_id: 'meanwhile' })

  await sources.keep(managed)
  // Until it is polled, nothing is known of it, and it does not look as if it were.
  expect(await d.state()).toMatchObject({ mode: 'baseline', known_users: 0 })
  expect(await poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: {} })
  expect(await d.state()).toMatchObject({ mode: 'live', known_users: 202, baseline_reason: 'first' })

  d.pass(300)
  await callAndTell('after')
  await callAndTell('user_0000001')
  const events = await d.events()
  expect(brief(events)).toEqual([
    'before: user.created 0→1',
    'after: user.created 0→1',
    'user_0000001: user.conversation_count.increased 1→2',
  ])
})

test('a source that was deleted while it failed does not say that it is back, once it is made again', async () => {
  d.simulator.setApiKey('another')
  await poll()
  expect((await d.events()).map(({ type }) => type)).toEqual(['source.failing'])
  await unsetAndDelete()
  await purge()
  const { failing_announced, last_poll, last_baseline } = await d.state()
  expect([failing_announced, last_poll, last_baseline]).toEqual([undefined, undefined, undefined])
  d.simulator.setApiKey('sim_key')
  d.pass(3_600)
  await sources.keep(managed)
  expect(await poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: {} })
  expect(await d.events()).toHaveLength(1)
})

test('what is told after a source was made again has ids of its own', async () => {
  await callAndTell('caller')
  await unsetAndDelete()
  await purge()
  // Another list is behind the same URL and key: the caller is none of those who are recorded.
  d.simulator.removeUser('caller')
  d.pass(300)
  await sources.keep(managed)
  await poll()
  d.pass(300)
  d.simulator.restoreUser('caller')
  d.simulator.overrideRow('caller', {
    conversation_count: 1,
    first_contact_unix_secs: d.nowSecs(),
    last_contact_unix_secs: d.nowSecs(),
  })
  d.pass(1)
  await poll()
  const events = await d.events()
  expect(brief(events)).toEqual(Array(2).fill('caller: user.created 0→1'))
  expect(new Set(events.map(({ id }) => id)).size).toBe(2)
})

test('of a source that is deleted a second time the users go a second time', async () => {
  await callAndTell('caller')
  for (let times = 0; times < 2; times++) {
    await unsetAndDelete()
    await purge()
    await purge()
    expect(await snapshots()).toBe(0)
    await sources.keep(managed)
    await poll()
    expect(await snapshots()).toBe(201)
    d.pass(60)
  }
})

/** Where in a purge the source is made again and polled. */
const MOMENTS: Record<
  string,
  (again: () => Promise<void>) => Partial<Parameters<typeof createPurgeSource>[0]>
> = {
  'after it was found to be deleted': (again) => ({
    sources: {
      ...sources,
      find: async (id) => {
        const found = await sources.find(id)
        await again()
        return found
      },
    },
  }),
  'before the first of its snapshots go': (again) => ({ redis: beforeScript(2, again) }),
  'between two steps that drop its snapshots': (again) => ({ redis: beforeScript(5, again) }),
  'before the last of it goes': (again) => ({ watermarks: { remove: again } }),
}

/** The same Redis; something is done before its n-th script from now on. */
function beforeScript(n: number, act: () => Promise<void>) {
  let left = n
  return {
    hmget: d.redis.hmget.bind(d.redis),
    xlen: d.redis.xlen.bind(d.redis),
    callBuffer: (async (command: string, ...args: string[]) => {
      // The same script again, for it was not cached yet, is none.
      if (command === 'EVALSHA' && --left === 0) await act()
      return d.redis.callBuffer(command, ...args)
    }) as typeof d.redis.callBuffer,
  }
}

for (const told of [0, 1]) {
  test.each(Object.keys(MOMENTS))(
    `a source that is made again while it is cleared up, with ${told} events in its log, loses nothing: %s`,
    async (moment) => {
      if (told > 0) await callAndTell('before')
      const known = 200 + told
      await unsetAndDelete()
      let polled = 0
      await purge(
        MOMENTS[moment]?.(async () => {
          await sources.keep(managed)
          await poll()
          polled++
        }),
      )
      expect(polled).toBe(1)
      expect(await snapshots()).toBe(known)
      expect(await d.state()).toMatchObject({ mode: 'live', known_users: known })
      d.pass(60)
      await callAndTell('after')
      expect(brief(await d.events()).slice(told)).toEqual(['after: user.created 0→1'])
      // The next sweep finds it alive.
      await purge()
      expect(await snapshots()).toBe(known + 1)
    },
  )
}

test('a purge that was killed half-way goes on', async () => {
  await callAndTell('caller')
  await unsetAndDelete()
  const killed = new Error('killed')
  const redis = beforeScript(5, () => Promise.reject(killed))
  await expect(purge({ redis })).rejects.toBe(killed)
  expect(await snapshots()).toBeGreaterThan(0)
  await purge()
  expect(await snapshots()).toBe(0)
})

test('a source that an earlier version had cleared up takes a new baseline when it is named again', async () => {
  await callAndTell('caller')
  await unsetAndDelete()
  // That version left identity and watermark beside its mark.
  const source = d.keys.source(ID)
  for (let i = 0; i < 200; i++) await d.redis.unlink(source.users(`user_${String(i + 1).padStart(7, '0')}`))
  await d.redis.unlink(source.users('caller'))
  await d.redis.hset(source.state, 'purged', 1)
  d.pass(3_600)
  await sources.keep(managed)
  expect(await poll()).toMatchObject({ kind: 'baseline', events: {} })
  expect(await d.state()).toMatchObject({ mode: 'live', known_users: 201 })
})

describe('a source that an earlier version had cleared up, and polled since', () => {
  const markAsCleared = () => d.redis.hset(d.keys.source(ID).state, 'purged', 1)

  test('goes on where it was, and tells who has called while the version changed', async () => {
    await poll()
    await markAsCleared()
    d.pass(60)
    d.simulator.call({ user_id: 'newcomer' })
    d.simulator.call({ user_id: 'user_0000001' })
    const told = { 'user.created': 1, 'user.conversation_count.increased': 1 }
    expect(await poll()).toMatchObject({ kind: 'head', events: told })
    expect((await d.state()).purged).toBeUndefined()
  })

  test('tells who first called since its last poll where not everybody is recorded, and nobody else', async () => {
    await poll()
    await markAsCleared()
    for (let i = 101; i <= 200; i++) {
      await d.redis.unlink(d.keys.source(ID).users(`user_${String(i).padStart(7, '0')}`))
    }
    d.pass(60)
    d.simulator.call({ user_id: 'newcomer' })
    expect(await poll()).toMatchObject({ kind: 'baseline', events: { 'user.created': 1 } })
    expect(brief(await d.events())).toEqual(['newcomer: user.created 0→1'])
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 201 })
    expect((await d.state()).purged).toBeUndefined()
  })
})

test('a baseline takes no place for its own that another process has kept of a source deleted before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-other-watermarks-'))
  try {
    // The process that deletes has a data folder of its own; the one that polls keeps its file.
    await poll()
    await unsetAndDelete()
    await purge({ watermarks: createWatermarkFiles(folder) })
    expect(await sources.everKnown()).toEqual([])
    for (let i = 0; i < 5; i++) {
      d.pass(86_400)
      d.simulator.call({ user_id: `meanwhile-${i}` })
    }
    await sources.keep(managed)
    expect(await poll()).toMatchObject({ kind: 'baseline', events: {} })
    expect(await d.state()).toMatchObject({ baseline_reason: 'first', known_users: 205 })

    // What it keeps from then on is of this source, and is taken where Redis has lost it.
    d.pass(300)
    await poll()
    await d.redis.unlink(d.keys.source(ID).state)
    d.pass(300)
    d.simulator.call({ user_id: 'during' })
    expect(await poll()).toMatchObject({ kind: 'baseline', events: { 'user.created': 1 } })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

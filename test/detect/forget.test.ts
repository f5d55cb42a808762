import { afterEach, beforeEach, expect, test } from 'vitest'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { createUsers } from '../../src/users/users.ts'
import { allKeys } from '../support/redis.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 20, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
})
afterEach(() => d.close())

const forget = (id: string) =>
  createUsers({ redis: d.redis, keys: d.keys, store: d.store }).forget(d.source.id, id)

test('who was forgotten is a first-time caller again, each time under a new id', async () => {
  d.simulator.call({ user_id: 'caller' })
  for (let i = 0; i < 3; i++) {
    await d.poll()
    expect(await forget('caller')).toBe(true)
    expect((await d.state()).known_users).toBe(20)
    d.pass(1)
  }
  await d.poll()
  const events = await d.events()
  expect(brief(events)).toEqual(Array(4).fill('caller: user.created 0→1'))
  expect(new Set(events.map(({ id }) => id)).size).toBe(4)
  expect((await d.state()).known_users).toBe(21)
})

test('a new id also for who had come to a later epoch than the source', async () => {
  d.simulator.removeUser('user_0000007')
  await d.poll({}, { full: true })
  await d.poll({}, { full: true })
  d.simulator.restoreUser('user_0000007')
  d.simulator.call({ user_id: 'user_0000007' })
  await d.poll()
  // Their own epoch is 1 now, and that of the source 0.
  expect(await forget('user_0000007')).toBe(true)
  expect((await d.state()).epoch).toBe(2)
})

test('a tombstone that is forgotten makes a return a first call', async () => {
  d.simulator.removeUser('user_0000007')
  await d.poll({}, { full: true })
  await d.poll({}, { full: true })
  expect((await d.state()).known_users).toBe(19)
  expect(await forget('user_0000007')).toBe(true)
  expect((await d.state()).known_users).toBe(19)
  d.simulator.restoreUser('user_0000007')
  d.simulator.call({ user_id: 'user_0000007' })
  await d.poll()
  expect(brief(await d.events()).at(-1)).toBe('user_0000007: user.created 0→2')
})

test.each([
  ['between the first page and its commit', 'readUsersAndEpoch'],
  ['after the comparison, before the commit', 'commitPage'],
] as const)('a poller at work compares again: %s', async (_, step) => {
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  d.simulator.call({ user_id: 'caller' })
  const { store } = d.deps
  const before = store[step] as (...args: unknown[]) => Promise<unknown>
  let met = false
  Object.assign(store, {
    [step]: async (...args: unknown[]) => {
      // A commit of nothing but state has no users in it.
      const page = args[2] as { users?: unknown[] } | undefined
      if (!met && (step !== 'commitPage' || page?.users?.length)) {
        met = true
        await forget('caller')
      }
      return before(...args)
    },
  })
  expect((await d.poll()).outcome).toBe('done')
  const events = await d.events()
  expect(brief(events)).toEqual(['caller: user.created 0→1', 'caller: user.created 0→2'])
  expect(new Set(events.map(({ id }) => id)).size).toBe(2)
  expect((await d.state()).known_users).toBe(21)
})

test('who is forgotten while a scan is under way gets the new epoch, though the scan began in the old one', async () => {
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  // The state has been read when the first page is asked for.
  const { listUsers } = d.deps
  let asked = 0
  d.deps.listUsers = async (query, signal) => {
    if (++asked === 1) await forget('caller')
    return listUsers(query, signal)
  }
  await d.poll()
  const created = (await d.events()).filter(({ data }) => 'user' in data)
  expect(brief(created)).toEqual(['caller: user.created 0→1', 'caller: user.created 0→1'])
  expect(new Set(created.map(({ id }) => id)).size).toBe(2)
})

test('a backup from before somebody was forgotten knows them again, and tells first calls since under other ids', async () => {
  await d.poll()
  const backup = await takeBackup()
  await forget('user_0000007')
  d.simulator.call({ user_id: 'fresh' })
  d.simulator.call({ user_id: 'user_0000001' })
  await d.poll()
  const idsByUser = async () =>
    Object.fromEntries((await d.events()).map((event) => [brief([event])[0], event.id]))
  const before = await idsByUser()
  await backup.restore()
  expect(await d.events()).toEqual([])
  expect(await d.store.readUsers(d.source.id, ['user_0000007'])).not.toEqual([null])
  d.pass(60)
  await d.poll()
  const after = await idsByUser()
  const [fresh, rise] = ['fresh: user.created 0→1', 'user_0000001: user.conversation_count.increased 1→2']
  expect(Object.keys(after).sort()).toEqual([fresh, rise])
  expect(after[rise]).toBe(before[rise])
  // What docs/users.md says of it. Were it the same, that page would say too much.
  expect(after[fresh]).not.toBe(before[fresh])
})

/** Every key of this test as it is now. */
async function takeBackup() {
  const names = await allKeys(d.redis, `${d.keys.prefix}*`)
  const dumps = await Promise.all(names.map(async (name) => [name, await d.redis.dumpBuffer(name)] as const))
  return {
    async restore() {
      await deleteKeys(d.redis, d.keys.prefix)
      for (const [name, dump] of dumps) if (dump !== null) await d.redis.restore(name, 0, dump)
    },
  }
}

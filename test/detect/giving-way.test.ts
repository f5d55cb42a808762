import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPoll } from '../../src/detect/poll.ts'
import type { DetectionStore } from '../../src/detect/store.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
  await d.poll()
  d.pass(600)
})
afterEach(() => d.close())

/** A full scan that needs longer than the interval whenever it reads what is recorded, and while it does so somebody calls. */
function slowFullScan() {
  let reads = 0
  const store: DetectionStore = {
    ...d.store,
    async *scanBuckets(...args) {
      const newcomer = `caller-${++reads}`
      let called = false
      for await (const users of d.store.scanBuckets(...args)) {
        if (!called) d.simulator.call({ user_id: newcomer })
        if (!called) d.pass(31)
        called = true
        yield users
      }
    },
  }
  return createPoll({ ...d.deps, store })(d.source, { now: true, full: true })
}

test('a full scan that calls the roll tells who calls meanwhile before it asks for its first page', async () => {
  const before: string[][] = []
  const { listUsers } = d.deps
  d.deps.listUsers = async (query, signal) => {
    before.push(brief(await d.events()))
    return listUsers(query, signal)
  }
  expect(await slowFullScan()).toMatchObject({ outcome: 'done', kind: 'full' })
  // The poll's own head scan; the one in between, which reads a page more since it has found something; the list.
  expect(before.slice(0, 4)).toEqual([[], [], [], ['caller-1: user.created 0→1']])
})

test('looking for who is gone gives way too', async () => {
  for (const id of ['user_0000007', 'user_0000008']) d.simulator.removeUser(id)
  await d.poll({}, { full: true })
  expect(await slowFullScan()).toMatchObject({ outcome: 'done' })
  const told = brief(await d.events())
  expect([...told.slice(0, 2), ...told.slice(2).sort()]).toEqual([
    'caller-1: user.created 0→1',
    'caller-2: user.created 0→1',
    'user_0000007: user.removed 1→0',
    'user_0000008: user.removed 1→0',
  ])
})

test('a full scan saves its place every ten pages where nothing has changed, and goes on from there after a crash', async () => {
  await d.close()
  d = await createDetection()
  d.simulator.seed({ users: 2_500, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
  await d.poll()
  d.pass(600)
  d.beforeRequest(19, () => {
    throw new Error('The process dies.')
  })
  await expect(d.poll({}, { full: true })).rejects.toThrow('The process dies.')
  // Of 25 pages it has read 17, and saved after the 1st and the 11th: 14 are left, and the head scan's one.
  expect(await d.poll({}, { full: true })).toMatchObject({ outcome: 'done', kind: 'full', requests: 15 })
  expect(await d.events()).toEqual([])
})

import { afterEach, expect, test } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/types.ts'
import { createDetection, type Detection } from './detection.ts'

let d: Detection
afterEach(() => d.close())

/** A live source of so many users, polled a while ago. */
async function live(users: number, options: SimulatorOptions = {}) {
  d = await createDetection(options)
  d.simulator.seed({ users, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
}
const warnings = async () => (await d.state()).last_poll?.warnings

test('callers who move up between two pages by offset are no disorder, and cost no look at the whole list', async () => {
  await live(1_000, { cursors: 'offset' })
  for (let i = 0; i < 150; i++) {
    d.simulator.call({ user_id: `new-${i}`, at_unix_secs: d.nowSecs() - 300 + i })
  }
  d.beforeRequest(2, () => {
    for (let i = 0; i < 3; i++) d.simulator.call({ user_id: `between-${i}` })
  })
  expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 3, events: { 'user.created': 150 } })
  expect(await warnings()).toEqual([])
  d.pass(30)
  expect((await d.poll()).events).toEqual({ 'user.created': 3 })
})

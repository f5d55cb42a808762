import { expect, test } from 'vitest'
import type { Event } from '../../src/types.ts'
import { runCrashes } from './crashes.ts'
import { readOutbox, reconcile, recordedReason } from './reconcile.ts'
import { describeRun } from './report.ts'
import { runChaos } from './run.ts'
import type { World } from './world.ts'

/** What a run does beside being quiet, on a busy machine (ms). */
const WITHIN_MS = 170_000

test('broken at random for some seconds, it loses nothing, invents nothing and explains what comes twice', {
  timeout: WITHIN_MS,
}, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9))
  const found: string[] = []
  const result = await runChaos({
    seed,
    layout: 'one',
    durationMs: 8_000,
    faults: 12,
    callsPerSecond: 20,
    quietWithinMs: 90_000,
    say: () => undefined,
    afterwards: async (world) => void found.push(...(await whatIsNoticed(world))),
  })
  expect(result.violations, `npm run test:chaos -- --seed ${seed}\n${describeRun(result)}`).toEqual([])
  expect(result.events).toBeGreaterThan(50)
  expect(found).toEqual([
    'every event reaches every endpoint that wants it',
    'nobody is told of who was never shown',
    'a duplicate is explained',
    'every rise is told',
  ])
})

/** Falsifies what a run has come to in each way that must be noticed. A comparison that cannot fail is worth nothing. */
async function whatIsNoticed(world: World): Promise<string[]> {
  const [all, , fresh] = world.receivers
  if (all === undefined || fresh === undefined) throw new Error('There are no receivers.')
  const noticed: string[] = []
  const look = async (rule: string) => {
    const { violations } = await reconcile(world)
    if (violations.some((violation) => violation.rule === rule)) noticed.push(rule)
  }
  const accepted = all.accepted as Map<string, Event>
  // A Redis that was lost or taken back may have forgotten what was accepted before, and what failed is accounted for.
  const ofLog = new Set((await readOutbox(world)).map((one) => one.id))
  const [id, event] = await firstOf(
    accepted,
    async (one) => ofLog.has(one) && (await recordedReason(world, all.id, one)) === null,
  )
  if (id === undefined || event === undefined) throw new Error('Nothing was accepted.')
  accepted.delete(id)
  await look('every event reaches every endpoint that wants it')
  accepted.set(id, event)

  const data = { ...event.data, user: { user_id: 'nobody' } }
  accepted.set('evt_invented', { ...event, id: 'evt_invented', data } as Event)
  await look('nobody is told of who was never shown')
  accepted.delete('evt_invented')

  const arrivals = all.arrivals.get(id) as { at: number; sender: string; status: number }[]
  const once = { at: Date.now() + 60_000, sender: 'nobody#1', status: 204 }
  arrivals.push(once, { ...once, at: once.at + 1 })
  await look('a duplicate is explained')
  arrivals.splice(-2)

  world.load.call('caller-who-is-never-told')
  await look('every rise is told')
  return noticed
}

async function firstOf<Value>(
  map: ReadonlyMap<string, Value>,
  holds: (key: string) => Promise<boolean>,
): Promise<[string, Value] | []> {
  for (const entry of map) if (await holds(entry[0])) return entry
  return []
}

test('killed between two side effects, it goes on where it was', { timeout: WITHIN_MS }, async () => {
  const { results, found } = await runCrashes({
    seed: 1,
    only: [
      { effect: 'commit-page', moment: 'after' },
      { effect: 'record-attempts', moment: 'before' },
    ],
    // Whatever the result is that goes missing, it is one of a webhook that was accepted.
    failing: false,
    withinMs: WITHIN_MS,
    say: () => undefined,
  })
  expect(found.violations).toEqual([])
  expect(results.map(({ effect, moment, hits }) => [effect, moment, hits])).toEqual([
    ['commit-page', 'after', 1],
    ['record-attempts', 'before', 1],
  ])
  // The one thing that may come twice does: the receiver had said 2xx, and nobody had taken it down.
  expect(results.at(-1)?.again).toBeGreaterThan(0)
})

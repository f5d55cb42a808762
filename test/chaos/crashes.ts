import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom } from '../simulation/random.ts'
import { until } from '../support/until.ts'
import { AT_FIRST, BRINGS_ABOUT, createFlow, STAGES } from './effects.ts'
import { startPerson } from './person.ts'
import { laggards, unrest } from './quiet.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'
import { bringUp } from './run.ts'
import { createWorld, type World } from './world.ts'

/** Where a process is to die. */
export interface CrashPoint {
  effect: string
  moment: 'before' | 'after'
}

export interface CrashResult extends CrashPoint {
  /** How often a process has died there. */
  hits: number
  /** Webhooks that were accepted again because of it. */
  again: number
}

export interface Crashes {
  results: CrashResult[]
  /** How often each side effect happens in a run of some seconds in which nothing dies. */
  seen: Record<string, number>
  found: Reconciliation
}

const pointsOf = (effects: readonly string[]) =>
  effects.flatMap((effect): CrashPoint[] => [
    { effect, moment: 'before' },
    { effect, moment: 'after' },
  ])

/** How long a process may take to get to where it is to die (ms). */
const HIT_WITHIN_MS = 40_000
/** How long a process may take to start, on a machine that does much else (ms). */
const START_WITHIN_MS = 180_000
const QUIET_WITHIN_MS = 180_000
const TICK_MS = 150

/** Rounds beyond those that are asked for, for what was not reached in them. */
const MORE_ROUNDS = 3

/**
 * One process at a time does everything and dies at a side effect; the next one goes on where it was, and dies at
 * another. The last one finishes, and all is held against what is true.
 *
 * @param options.only these points; without it every side effect that a run must see or does see, before and after
 */
export async function runCrashes(options: {
  seed: number
  only?: readonly CrashPoint[]
  /** How often a process is to die at each point. Once when absent. */
  times?: number
  /** Whether receivers fail now and then, so that there are results of every sort. True when absent. */
  failing?: boolean
  /** Ends when so much time is over (ms), with what has been done. */
  withinMs: number
  say: (line: string) => void
  logDir?: string
}): Promise<Crashes> {
  const random = createRandom(options.seed)
  const times = options.times ?? 1
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-crashes-'))
  const effects = join(folder, 'effects.json')
  const world = await createWorld({
    folder,
    layout: 'one',
    random,
    callsPerSecond: 0,
    // A kind with a pace, far above what it gets: it waits where its service asks for that.
    settings: { ep_new: { kind: 'make', rate_limit: 500 } },
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
  })
  const end = Date.now() + options.withinMs
  try {
    const [member] = world.fleet.members
    if (member === undefined) throw new Error('There is nothing to start.')
    const flow = createFlow(world, random.next, options.failing ?? true)
    const dead: (CrashPoint & { sender: string })[] = []
    const hitsOf = ({ effect, moment }: CrashPoint) =>
      dead.filter((one) => one.effect === effect && one.moment === moment).length

    async function crash(point: CrashPoint, count: number, flows = true): Promise<void> {
      const { effect, moment } = point
      if (member === undefined) return
      await member.start({ CHAOS_CRASH: `${effect}:${moment}:${count}` })
      const sender = member.sender()
      const began = Date.now()
      await until(() => member.url() !== null || !member.isRunning(), {
        within: START_WITHIN_MS,
        what: 'a start',
      })
      let step = 0
      const hit = await dies(
        () => {
          if (!flows) return
          flow()
          BRINGS_ABOUT[effect]?.(world, ++step)
        },
        () => !member.isRunning(),
      )
      await member.kill()
      world.simulator.clearFaults()
      const note = `${moment} ${effect}`
      world.faults.push({ kind: 'kill', target: 'ringpost', sender, at: began, healedAt: Date.now(), note })
      if (!hit && count > 1) return crash(point, 1, flows)
      if (hit) dead.push({ effect, moment, sender })
      options.say(`${hit ? 'hit ' : 'MISS'} ${moment.padEnd(6)} ${effect}`)
    }

    async function crashAtEach(points: readonly CrashPoint[], one: (point: CrashPoint) => Promise<void>) {
      for (let round = 1; round <= times + MORE_ROUNDS; round++) {
        for (const point of points) {
          if (hitsOf(point) >= Math.min(round, times) || Date.now() > end) continue
          await one(point)
        }
      }
    }

    const atFirst = pointsOf(AT_FIRST)
    if (!options.only) {
      await crashAtEach(atFirst, async (point) => {
        // Nothing has been told yet, so that nothing is lost by beginning anew.
        if (hitsOf(point) > 0) await world.redis.client.flushall()
        await crash(point, 1, false)
      })
    }
    const person = startPerson(world)
    await member.start({ CHAOS_CRASH: 'none', CHAOS_EFFECTS: effects })
    await until(() => member.url() !== null, { within: START_WITHIN_MS })
    await bringUp(world, { started: true })
    await settle(world, flow, { rounds: options.only ? 1 : 8 })
    await member.stop()
    const seen = JSON.parse(await readFile(effects, 'utf8')) as Record<string, number>

    const all = new Set([...Object.values(STAGES).flat(), ...Object.keys(seen).toSorted()])
    const later = [...all].filter((effect) => !AT_FIRST.includes(effect))
    const points = options.only ?? pointsOf(later)
    // The next one to die is also the one that goes on with what this one leaves.
    await crashAtEach(points, (point) => {
      const isRare = BRINGS_ABOUT[point.effect] !== undefined
      return crash(point, isRare ? 1 : 1 + Math.floor(random.next() * 3))
    })
    // For the rest, and for looking up what the log says of deliveries that have not succeeded.
    await member.start()
    await until(() => member.url() !== null, { within: START_WITHIN_MS, what: 'the last process to run' })
    await settle(world, flow, { rounds: 1 })
    const results = [...(options.only ? [] : atFirst), ...points].map(
      (point): CrashResult => ({
        ...point,
        hits: hitsOf(point),
        again: dead
          .filter(({ effect, moment }) => effect === point.effect && moment === point.moment)
          .reduce((sum, { sender }) => sum + countAgain(world, sender), 0),
      }),
    )
    await person.stop()
    // It ended where it was told to.
    world.fleet.crashes.length = 0
    return { results, seen, found: await reconcile(world) }
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function dies(flow: () => void, isDead: () => boolean): Promise<boolean> {
  const end = Date.now() + HIT_WITHIN_MS
  while (Date.now() < end) {
    if (isDead()) return true
    flow()
    await wait(TICK_MS)
  }
  return isDead()
}

/** Lets it work for a while, then waits until everything that was called has been received. */
async function settle(world: World, flow: () => void, { rounds }: { rounds: number }): Promise<void> {
  for (let i = 0; i < rounds * 10; i++) {
    flow()
    await wait(TICK_MS)
  }
  for (const receiver of world.receivers) receiver.behave('good')
  await until(async () => laggards(world).length === 0 && (await unrest(world)).length === 0, {
    within: QUIET_WITHIN_MS,
    what: 'all to be quiet',
  })
}

/** Webhooks that one process had sent and were accepted, and that were accepted again. */
function countAgain(world: World, sender: string): number {
  const lists = world.receivers.flatMap(({ arrivals }) => [...arrivals.values()])
  return lists
    .map((list) => list.filter(({ status }) => status >= 200 && status < 300))
    .reduce((sum, list) => sum + list.slice(0, -1).filter((one) => one.sender === sender).length, 0)
}

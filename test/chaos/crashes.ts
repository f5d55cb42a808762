import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom } from '../simulation/random.ts'
import { until } from '../support/until.ts'
import { startPerson } from './person.ts'
import { laggards, unrest } from './quiet.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'
import { bringUp } from './run.ts'
import { createWorld, SOURCE, type World } from './world.ts'

/** Where a process is to die. */
export interface CrashPoint {
  effect: string
  moment: 'before' | 'after'
}

export interface CrashResult extends CrashPoint {
  /** Whether the process got there. */
  hit: boolean
  /** Webhooks that were accepted again because of it. */
  again: number
}

/** What happens only where there is nothing yet. */
const AT_FIRST = ['set', 'put-if-unchanged', 'start-over']

const pointsOf = (effects: readonly string[]) =>
  effects.flatMap((effect): CrashPoint[] => [
    { effect, moment: 'before' },
    { effect, moment: 'after' },
  ])

/** How long a process may take to get to where it is to die (ms). */
const HIT_WITHIN_MS = 25_000
const QUIET_WITHIN_MS = 90_000
const TICK_MS = 150

/**
 * One process at a time does everything and dies at a side effect; the next one goes on where it was, and dies at
 * another. The last one finishes, and all is held against what is true.
 *
 * @param options.only these points; without it every side effect that a run without a crash shows, before and after
 */
export async function runCrashes(options: {
  seed: number
  only?: readonly CrashPoint[]
  /** Whether receivers fail now and then, so that there are results of every sort. True when absent. */
  failing?: boolean
  /** Ends when so much time is over (ms), with what has been done. */
  withinMs: number
  say: (line: string) => void
  logDir?: string
}): Promise<{ results: CrashResult[]; found: Reconciliation }> {
  const random = createRandom(options.seed)
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-crashes-'))
  const effects = join(folder, 'effects')
  const world = await createWorld({
    folder,
    layout: 'one',
    random,
    callsPerSecond: 0,
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
  })
  const end = Date.now() + options.withinMs
  try {
    const [member] = world.fleet.members
    if (member === undefined) throw new Error('There is nothing to start.')
    const person = startPerson(world)
    const flow = createFlow(world, random.next, options.failing ?? true)

    const dead: (CrashPoint & { hit: boolean; sender: string })[] = []
    async function crash(point: CrashPoint, count: number, step = flow): Promise<boolean> {
      const { effect, moment } = point
      if (member === undefined) return false
      await member.start({ CHAOS_CRASH: `${effect}:${moment}:${count}` })
      const sender = member.sender()
      const began = Date.now()
      await until(() => member.url() !== null || !member.isRunning(), { within: 60_000, what: 'a start' })
      const hit = await dies(step, () => !member.isRunning())
      await member.kill()
      const note = `${moment} ${effect}`
      world.faults.push({ kind: 'kill', target: 'ringpost', sender, at: began, healedAt: Date.now(), note })
      if (!hit && count > 1) return crash(point, 1, step)
      dead.push({ effect, moment, hit, sender })
      options.say(`${hit ? 'hit ' : 'MISS'} ${moment.padEnd(6)} ${effect}`)
      return hit
    }

    if (!options.only) for (const point of pointsOf(AT_FIRST)) await crash(point, 1, () => undefined)
    await member.start({ CHAOS_CRASH: 'none', CHAOS_EFFECTS: effects })
    await until(() => member.url() !== null, { within: 60_000 })
    await bringUp(world, { started: true })
    await settle(world, flow, { rounds: options.only ? 1 : 8 })
    await member.stop()

    const found = (await readFile(effects, 'utf8')).trim().split('\n').toSorted()
    const later = found.filter((effect) => !AT_FIRST.includes(effect))
    for (const point of options.only ?? pointsOf(later)) {
      if (Date.now() > end) break
      // The next one to die is also the one that goes on with what this one leaves.
      await crash(point, 1 + Math.floor(random.next() * 3))
    }
    // For the rest, and for looking up what the log says of deliveries that have not succeeded.
    await member.start()
    await until(() => member.url() !== null, { within: 60_000, what: 'the last process to run' })
    await settle(world, flow, { rounds: 1 })
    const results = dead.map(({ sender, ...point }) => ({ ...point, again: countAgain(world, sender) }))
    await person.stop()
    // It ended where it was told to.
    world.fleet.crashes.length = 0
    return { results, found: await reconcile(world) }
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** What makes every stage work: calls, failing receivers, and whatever people ask for. */
function createFlow(world: World, random: () => number, failing: boolean) {
  let n = 0
  return function step(): void {
    n++
    world.load.call(`caller-${Math.floor(random() * 1_000_000)}`)
    world.load.call(`caller-${n % 20}`)
    // More than may be sent at once, to a receiver that resets: what waits is given back.
    if (n % 14 === 0) for (let i = 0; i < 120; i++) world.load.call(`crowd-${n}-${i}`)
    const [all, too] = world.receivers
    if (failing) {
      all?.behave(n % 4 === 0 ? 'server_error' : 'good')
      too?.behave(n % 7 === 0 ? 'reset' : 'good')
    }
    const ask = (path: string, body: object, method = 'POST') =>
      void world.api(method, path, body).catch(() => undefined)
    const since = new Date(Date.now() - 60_000).toISOString()
    if (n % 5 === 0) ask('/v1/endpoints/ep_new/recover', { since, only: 'failed' })
    if (n % 6 === 0) ask(`/v1/sources/${SOURCE}/poll`, { full: n % 12 === 0 })
    if (n % 8 === 0) ask('/v1/endpoints/ep_new', { description: String(n) }, 'PATCH')
    if (n % 9 === 0) ask('/v1/endpoints/ep_new/test', {})
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

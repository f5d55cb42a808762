import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom } from '../simulation/random.ts'
import { until } from '../support/until.ts'
import { inflict } from './inflict.ts'
import { startPerson } from './person.ts'
import { ALL_KINDS, type FaultKind, type Place } from './plan.ts'
import { untilQuiet } from './quiet.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'
import { bringUp } from './run.ts'
import { createWorld, type LayoutName, type World } from './world.ts'

/** How long one fault by itself took to be recovered from. */
export interface Recovery {
  kind: FaultKind
  target: string
  holdMs: number
  /** From the healing until everything that had been called by then was received (ms); null: not in time. */
  recoveredMs: number | null
}

const HOLD_MS = 4_000
const RECOVER_WITHIN_MS = 60_000

/** Inflicts each kind of fault by itself under load, and measures how long it is felt after it has been healed. */
export async function runEach(options: {
  seed: number
  layout: LayoutName
  callsPerSecond: number
  only?: readonly string[]
  say: (line: string) => void
  logDir?: string
}): Promise<{ recoveries: Recovery[]; found: Reconciliation }> {
  const { say } = options
  const random = createRandom(options.seed)
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-chaos-'))
  const world = await createWorld({
    folder,
    layout: options.layout,
    random,
    callsPerSecond: options.callsPerSecond,
    supervised: true,
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
  })
  const recoveries: Recovery[] = []
  try {
    await bringUp(world)
    const person = startPerson(world)
    world.load.begin()
    for (const { place, kind } of ALL_KINDS) {
      if (options.only && !options.only.includes(kind)) continue
      const target = random.pick(targetsOf(world, place))
      await caughtUp(world)
      await inflict(world, { kind, target, at: 0, holdMs: HOLD_MS, dice: random.next() })
      const recoveredMs = await caughtUp(world)
      recoveries.push({ kind, target, holdMs: HOLD_MS, recoveredMs })
      say(
        `${kind.padEnd(20)} ${target.padEnd(12)} ${recoveredMs === null ? 'NOT RECOVERED' : `${recoveredMs} ms`}`,
      )
    }
    world.load.end()
    const left = await untilQuiet(world, { withinMs: 180_000, recoverAll: person.recoverAll })
    await person.stop()
    const found = await reconcile(world)
    if (left.length > 0) found.violations.push({ rule: 'all is quiet in the end', detail: left.join('; ') })
    return { recoveries, found }
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

function targetsOf(world: World, place: Place): string[] {
  if (place === 'process') return world.fleet.members.map(({ name }) => name)
  if (place === 'receiver') return ['ep_all']
  return [place]
}

/** Calls once more, and waits until the receiver that gets everything has got that. */
async function caughtUp(world: World): Promise<number | null> {
  const began = performance.now()
  const user = `marker-${Math.round(began)}`
  world.load.call(user)
  await wait(0)
  try {
    await until(
      () => world.receivers.every((receiver) => !isWanted(receiver.id) || receiver.reached.has(user)),
      {
        within: RECOVER_WITHIN_MS,
        what: 'the next caller to be told of',
      },
    )
    return Math.round(performance.now() - began)
  } catch {
    return null
  }
}

/** Of a first call. */
const isWanted = (id: string) => id !== 'ep_often'

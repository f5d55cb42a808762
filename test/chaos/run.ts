import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom } from '../simulation/random.ts'
import { until } from '../support/until.ts'
import { inflict } from './inflict.ts'
import { startPerson } from './person.ts'
import { type PlannedFault, planFaults } from './plan.ts'
import { untilQuiet } from './quiet.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'
import { createWorld, LAYOUTS, type LayoutName, sourceState, type World } from './world.ts'

export interface ChaosOptions {
  seed: number
  layout: LayoutName
  durationMs: number
  faults: number
  callsPerSecond: number
  lossless?: boolean
  /** How long to wait for quiet at the end (ms). */
  quietWithinMs: number
  say: (line: string) => void
  /** Where the processes' output is kept. */
  logDir?: string
  /** Looks at everything before it is taken down. */
  afterwards?: (world: World) => Promise<void>
}

/** What a run has come to. */
export interface ChaosResult extends Reconciliation {
  seed: number
  layout: LayoutName
  durationMs: number
  calls: number
  /** How often each fault was inflicted. */
  faults: Record<string, number>
  /** How long after the last fault was healed all was quiet (ms). */
  quietAfterMs: number
  /** What people had to do. */
  decisions: { accepted: number; enabled: number }
}

/** One run: everything is started, broken by plan, healed, waited for and held against what was true. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, say } = options
  const random = createRandom(seed)
  const plan = planFaults(random, {
    durationMs: options.durationMs,
    count: options.faults,
    processes: Object.keys(LAYOUTS[options.layout]),
    receivers: ['ep_all', 'ep_too', 'ep_new', 'ep_often'],
    ...(options.lossless ? { lossless: true } : {}),
  })
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-chaos-'))
  const world = await createWorld({
    folder,
    layout: options.layout,
    random: createRandom(seed + 1),
    callsPerSecond: options.callsPerSecond,
    supervised: true,
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
  })
  try {
    await bringUp(world)
    world.load.begin()
    const person = startPerson(world)
    const trouble: string[] = []
    await inflictAll(world, plan, { say, trouble })
    world.load.end()
    say(`healed after ${plan.length} faults and ${world.load.calls()} calls; waiting until all is quiet`)
    const healedAt = Date.now()
    const left = await untilQuiet(world, {
      withinMs: options.quietWithinMs,
      recoverAll: person.recoverAll,
    })
    const quietAfterMs = Date.now() - healedAt
    await person.stop()
    const found = await reconcile(world)
    await options.afterwards?.(world)
    for (const detail of trouble)
      found.violations.push({ rule: 'every fault is inflicted and healed', detail })
    if (left.length > 0) {
      const detail = `${left.join('; ')}\n${world.fleet.members.map(({ name, tail }) => `${name}: ${tail()}`).join('\n')}`
      found.violations.push({ rule: 'all is quiet in the end', detail })
    }
    const faults: Record<string, number> = {}
    for (const { kind } of world.faults) faults[kind] = (faults[kind] ?? 0) + 1
    return {
      ...found,
      seed,
      layout: options.layout,
      durationMs: options.durationMs,
      calls: world.load.calls(),
      faults,
      quietAfterMs,
      decisions: person.done,
    }
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Starts ringpost and waits until its baseline has been taken. */
export async function bringUp(world: World, { started = false } = {}): Promise<void> {
  if (!started) await Promise.all(world.fleet.members.map((member) => member.start()))
  await until(async () => (await sourceState(world)).mode === 'live', {
    within: 60_000,
    what: 'the baseline to be taken',
  })
  await until(() => world.fleet.members.some((member) => member.url() !== null), { within: 60_000 })
}

/** Each target suffers its faults one after the other, by the plan's time; different targets at the same time. */
async function inflictAll(
  world: World,
  plan: readonly PlannedFault[],
  { say, trouble }: { say: (line: string) => void; trouble: string[] },
): Promise<void> {
  const began = Date.now()
  const targets = Map.groupBy(plan, ({ target }) => target)
  let done = 0
  await Promise.all(
    [...targets.values()].map(async (faults) => {
      for (const fault of faults) {
        await wait(Math.max(0, began + fault.at - Date.now()))
        await inflict(world, fault).catch((error: unknown) => {
          trouble.push(`${fault.kind} of ${fault.target}: ${String(error)}`)
        })
        if (++done % 25 === 0) say(`${done} of ${plan.length} faults, ${world.load.calls()} calls`)
      }
    }),
  )
}

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
  /** From the healing until who called while it held, and who called after it, was told of everywhere (ms); null: not in time. */
  recoveredMs: number | null
}

/** What docs/reliability.md promises. */
export const RECOVERED_WITHIN_MS = 30_000
/** How long it is waited for, so that a later recovery has a number too. */
const PATIENCE_MS = 120_000

/** Inflicts each kind of fault by itself under load, and measures how long it is felt after it has been healed. */
export async function runEach(options: {
  seed: number
  layout: LayoutName
  callsPerSecond: number
  /** How long each fault holds. */
  holdMs: number
  only?: readonly string[]
  say: (line: string) => void
  logDir?: string
}): Promise<{ recoveries: Recovery[]; found: Reconciliation }> {
  const { say, holdMs } = options
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
    // Nobody asks for polls: how soon ringpost does it by itself is what is measured.
    const person = startPerson(world, { polls: false })
    world.load.begin()
    for (const { place, kind } of ALL_KINDS) {
      if (options.only && !options.only.includes(kind)) continue
      const target = random.pick(targetsOf(world, place))
      await told(world, call(world))
      const inflicted = inflict(world, { kind, target, at: 0, holdMs, dice: random.next() })
      await wait(holdMs / 2)
      const meanwhile = call(world)
      await inflicted
      const recoveredMs = await told(world, call(world), ...(isSkipped(kind) ? [] : [meanwhile]))
      recoveries.push({ kind, target, holdMs, recoveredMs })
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

/** What comes for an endpoint that is off waits for somebody who has it sent again. */
const isSkipped = (kind: FaultKind) => kind === 'rx_gone'

/** Calls for the first time, by a name that nobody else has. */
function call({ load }: World): string {
  const user = `marker-${load.calls()}`
  load.call(user)
  return user
}

/** Waits until all receivers that want first calls have been told of these. */
async function told({ receivers }: World, ...users: string[]): Promise<number | null> {
  const began = performance.now()
  const wanting = receivers.filter(({ id }) => id !== 'ep_often')
  try {
    await until(() => wanting.every(({ reached }) => users.every((user) => reached.has(user))), {
      within: PATIENCE_MS,
      what: 'callers to be told of',
    })
    return Math.round(performance.now() - began)
  } catch {
    return null
  }
}

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bringUp } from '../chaos/run.ts'
import { createWorld, type LayoutName, TOKEN, type World } from '../chaos/world.ts'
import { createRandom } from '../simulation/random.ts'
import { type Flatness, judgeFlatness, type Point } from './flat.ts'

/** One thing that was measured all the time. */
export interface Measured {
  name: string
  unit: string
  points: Point[]
  judged: Flatness
}

export interface SoakResult {
  layout: LayoutName
  callsPerSecond: number
  durationMs: number
  /** What came before it is not judged: caches fill, code is compiled, the log gets its first entries. */
  warmUpMs: number
  calls: number
  webhooks: number
  lines: Measured[]
  /** Processes that ended by themselves. */
  crashes: string[]
}

const MB = 1024 * 1024

/** What each line may rise while it is judged: a share of its level, or as much as chance and caches take. */
const ALLOWED = {
  rss: { unit: 'MB', share: 0.1, least: 16 },
  heap: { unit: 'MB', share: 0.05, least: 2 },
  external: { unit: 'MB', share: 0.2, least: 8 },
  handles: { unit: '', share: 0.1, least: 8 },
  sockets: { unit: '', share: 0.1, least: 8 },
  files: { unit: '', share: 0.1, least: 8 },
  'keys beside the log': { unit: '', share: 0.05, least: 400 },
  'bytes for a delivery': { unit: 'B', share: 0.05, least: 100 },
  connections: { unit: '', share: 0.1, least: 5 },
} as const
type Quantity = keyof typeof ALLOWED

/** Users who are there call again and again, so that what is known of users does not grow. */
const REGULARS = 2_000
/** A delivery in the log is two keys: itself and its attempts. */
const KEYS_OF_DELIVERY = 2

/** Runs ringpost under a steady load and measures how much everything holds, all the time. */
export async function soak(options: {
  layout: LayoutName
  callsPerSecond: number
  durationMs: number
  warmUpMs: number
  everyMs: number
  say: (line: string) => void
}): Promise<SoakResult> {
  const { layout, callsPerSecond, durationMs, warmUpMs, everyMs, say } = options
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-soak-'))
  const world = await createWorld({
    folder,
    layout,
    random: createRandom(1),
    callsPerSecond,
    // Events leave the log soon, so that it has its size long before the end.
    env: {
      RINGPOST_RETRY_SCHEDULE: '1s,2s,3s',
      RINGPOST_EVENT_RETENTION: '60s',
      RINGPOST_DELIVERY_RETENTION: '60s',
    },
  })
  const lines = new Map<string, { quantity: Quantity; points: Point[] }>()
  const note = (who: string, quantity: Quantity, at: number, value: number) => {
    const name = `${who} ${quantity}`
    const line = lines.get(name) ?? { quantity, points: [] }
    line.points.push({ at, value })
    lines.set(name, line)
  }
  try {
    await bringUp(world)
    const idle = await readRedis(world)
    const began = performance.now()
    const stopCalling = callRegulars(world, callsPerSecond)
    for (let n = 1; performance.now() - began < durationMs; n++) {
      const at = Math.round(performance.now() - began)
      for (const member of world.fleet.members) {
        const { rss, heap, external, handles, sockets } = await member.vitals()
        note(member.name, 'rss', at, rss / MB)
        note(member.name, 'heap', at, heap / MB)
        note(member.name, 'external', at, external / MB)
        note(member.name, 'handles', at, handles)
        note(member.name, 'sockets', at, sockets)
        const files = await openFiles(member.pid())
        if (files !== null) note(member.name, 'files', at, files)
      }
      const { keys, bytes, connections } = await readRedis(world)
      const logged = webhooks(world)
      note('redis', 'keys beside the log', at, keys - KEYS_OF_DELIVERY * logged)
      if (logged > 0) note('redis', 'bytes for a delivery', at, (bytes - idle.bytes) / logged)
      note('redis', 'connections', at, connections)
      await lookAround(world)
      if (n % 10 === 0) say(`${logged} webhooks, ${keys} keys, ${(bytes / MB).toFixed(1)} MB in Redis`)
      await wait(Math.max(0, began + n * everyMs - performance.now()))
    }
    stopCalling()
    return {
      layout,
      callsPerSecond,
      durationMs,
      warmUpMs,
      calls: world.load.calls(),
      webhooks: webhooks(world),
      lines: [...lines].map(([name, { quantity, points }]) => {
        const { unit, ...allowed } = ALLOWED[quantity]
        const judged = judgeFlatness(
          points.filter(({ at }) => at >= warmUpMs),
          allowed,
        )
        return { name, unit, points, judged }
      }),
      crashes: world.fleet.crashes,
    }
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** @returns ends it */
function callRegulars({ load }: World, perSecond: number): () => void {
  let n = 0
  const timer = setInterval(() => load.call(`old-${n++ % REGULARS}`), 1_000 / perSecond)
  return () => clearInterval(timer)
}

/** What people and Prometheus do: lists, metrics, and a stream that is left again. */
async function lookAround(world: World): Promise<void> {
  for (const path of ['/v1/events', '/v1/deliveries', '/v1/sources', '/v1/endpoints']) {
    await world.api('GET', path)
  }
  const url = world.fleet.members.map((member) => member.url()).find((found) => found !== null)
  await (await fetch(`${url}/metrics`)).text()
  const leaving = new AbortController()
  const headers = { authorization: `Bearer ${TOKEN}` }
  await fetch(`${url}/v1/stream`, { headers, signal: leaving.signal })
  leaving.abort()
}

const webhooks = ({ receivers }: World) => receivers.reduce((sum, { accepted }) => sum + accepted.size, 0)

async function readRedis({ redis }: World) {
  const info = await redis.client.info()
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return {
    keys: await redis.client.dbsize(),
    bytes: field('used_memory'),
    connections: field('connected_clients'),
  }
}

/** How many files, sockets and pipes a process has open; null where the system does not tell. */
async function openFiles(pid: number | undefined): Promise<number | null> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => null)
  return names === null ? null : names.length
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeys } from '../../src/redis/keys.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import type { Event } from '../../src/types.ts'
import type { Random } from '../simulation/random.ts'
import { createChildren } from './children.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { createLoad, type Load } from './load.ts'
import type { FaultKind } from './plan.ts'
import { createLink, type Link } from './proxy.ts'
import { createReceiver, type Receiver } from './receivers.ts'
import { type ChaosRedis, createChaosRedis } from './redis.ts'

export const SOURCE = 'src_default'
export const TOKEN = 'chaos-token-3f9a1c7d20be'
const API_KEY = 'sim_key'
const MASTER_KEY = '5a'.repeat(32)
/** How long an attempt may take; a claim holds five seconds longer. */
const DELIVERY_TIMEOUT = '4s'

/** One process that does everything, or what a larger installation has. */
export const LAYOUTS = {
  one: { ringpost: 'api,poll,relay,deliver,maintain' },
  split: {
    api: 'api',
    'poll-1': 'poll',
    'poll-2': 'poll,maintain',
    relay: 'relay,maintain',
    'deliver-1': 'deliver',
    'deliver-2': 'deliver,relay',
  },
} as const
export type LayoutName = keyof typeof LAYOUTS

/** What has been done to whom, and what came of it. */
export interface FaultRecord {
  kind: FaultKind
  target: string
  /** The incarnation of a process. */
  sender: string | null
  /** Unix ms. */
  at: number
  healedAt: number
  note: string
}

/** Everything there is in a run. */
export interface World {
  dataDir: string
  redis: ChaosRedis
  keys: ReturnType<typeof createKeys>
  simulator: Simulator
  upstreamLink: Link
  receivers: readonly (Receiver & { link: Link; wants: (event: Event) => boolean })[]
  fleet: Fleet
  load: Load
  faults: FaultRecord[]
  /** What was lost with Redis: since when the last poll had known everybody, and what upstream showed when all was known again. */
  lost: { watermark: number; counts: ReadonlyMap<string, number> | null }[]
  api<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>
  close(): Promise<void>
}

interface Subscription {
  id: string
  settings: object
  wants: (event: Event) => boolean
}

const isRise = ({ type }: Event) => type.startsWith('user.')
const countOf = (event: Event) =>
  (event.data as { user?: { conversation_count?: number } }).user?.conversation_count ?? 0

/** Beside two that get everything, two that choose: what they want is said here anew, and not asked of ringpost. */
const SUBSCRIPTIONS: readonly Subscription[] = [
  { id: 'ep_all', settings: {}, wants: isRise },
  { id: 'ep_too', settings: { event_types: ['user.*'] }, wants: isRise },
  {
    id: 'ep_new',
    settings: { event_types: ['user.created'] },
    wants: ({ type }) => type === 'user.created',
  },
  {
    id: 'ep_often',
    settings: { filter: { 'data.user.conversation_count': { gte: 2 } } },
    wants: (event) => isRise(event) && countOf(event) >= 2,
  },
]

/** Starts everything but ringpost: Redis, upstream and receivers, each behind a link that can be broken. */
export async function createWorld(options: {
  folder: string
  layout: LayoutName
  random: Random
  callsPerSecond: number
  env?: Record<string, string>
  /** More settings of an endpoint, by its id. */
  settings?: Record<string, object>
  supervised?: boolean
  logDir?: string
}): Promise<World> {
  const { folder, random } = options
  const children = createChildren()
  const dataDir = join(folder, 'data')
  await mkdir(dataDir, { recursive: true })
  const redis = await createChaosRedis(folder, children)
  await redis.start()
  const simulator = await createSimulator({ apiKey: API_KEY })
  const upstreamLink = await createLink(() => simulator.port)
  const receivers = await Promise.all(
    SUBSCRIPTIONS.map(async ({ id, wants }, i) => {
      const secret = `whsec_${Buffer.alloc(32, i + 1).toString('base64')}`
      const receiver = await createReceiver(id, secret, random.next)
      const link = await createLink(() => receiver.port)
      return Object.assign(receiver, { link, wants })
    }),
  )
  const endpoints = Object.fromEntries(
    receivers.map(({ id, secret, link }, i) => [
      id,
      {
        url: `http://127.0.0.1:${link.port}/hook`,
        secret,
        ...SUBSCRIPTIONS[i]?.settings,
        ...options.settings?.[id],
      },
    ]),
  )
  // JSON is YAML.
  await writeFile(join(dataDir, 'ringpost.yaml'), JSON.stringify({ endpoints }))
  const load = createLoad(simulator, random, options.callsPerSecond)
  const fleet = await createFleet({
    layout: LAYOUTS[options.layout],
    redisPort: redis.port,
    dataDir,
    children,
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
    ...(options.supervised === undefined ? {} : { supervised: options.supervised }),
    env: {
      ELEVENLABS_API_KEY: API_KEY,
      ELEVENLABS_BASE_URL: `http://127.0.0.1:${upstreamLink.port}`,
      RINGPOST_CONFIG: join(dataDir, 'ringpost.yaml'),
      RINGPOST_API_TOKEN: TOKEN,
      RINGPOST_MASTER_KEY: MASTER_KEY,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_POLL_OVERLAP: '8s',
      RINGPOST_FULL_SCAN_INTERVAL: '90s',
      RINGPOST_DELIVERY_TIMEOUT: DELIVERY_TIMEOUT,
      RINGPOST_RETRY_SCHEDULE: ['200ms', '500ms', ...Array(6).fill('1s'), ...Array(30).fill('3s')].join(','),
      ...options.env,
    },
  })

  return {
    dataDir,
    redis,
    keys: createKeys('ringpost'),
    simulator,
    upstreamLink,
    receivers,
    fleet,
    load,
    faults: [],
    lost: [],
    async api<T>(method: string, path: string, body?: unknown) {
      const url = fleet.members.map((member) => member.url()).find((found) => found !== null)
      if (!url) throw new Error('No process with an API runs.')
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      })
      const text = await response.text()
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T }
    },
    async close() {
      load.end()
      await fleet.close()
      redis.client.disconnect()
      children.killAll()
      await Promise.all([
        simulator.close(),
        upstreamLink.close(),
        ...receivers.flatMap((receiver) => [receiver.close(), receiver.link.close()]),
      ])
    },
  }
}

/** The source's mode and what waits for a person, read past everything that may be broken. */
export async function sourceState(world: World): Promise<Record<string, string>> {
  return world.redis.client.hgetall(world.keys.source(SOURCE).state)
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../../src/simulator/faults.ts'
import { until } from '../support/until.ts'
import type { FaultKind, PlannedFault } from './plan.ts'
import type { LinkFault } from './proxy.ts'
import type { Manner } from './receivers.ts'
import { SOURCE, sourceState, type World } from './world.ts'

/** Does a fault and undoes it again. Resolves when it has been healed, and answers with what is worth saying of it. */
type Infliction = (
  world: World,
  fault: PlannedFault,
  hold: () => Promise<void>,
) => Promise<string | undefined>

/** Carries a fault out and notes it. */
export async function inflict(world: World, fault: PlannedFault): Promise<void> {
  const member = world.fleet.members.find(({ name }) => name === fault.target)
  const record = {
    kind: fault.kind,
    target: fault.target,
    sender: member?.sender() ?? null,
    at: Date.now(),
    healedAt: Number.POSITIVE_INFINITY,
    note: '',
  }
  world.faults.push(record)
  const note = await inflictions[fault.kind](world, fault, () => wait(fault.holdMs))
  record.healedAt = Date.now()
  record.note = note ?? ''
}

const memberOf = (world: World, { target }: PlannedFault) => {
  const member = world.fleet.members.find(({ name }) => name === target)
  if (!member) throw new Error(`There is no process ${target}.`)
  return member
}
const receiverOf = (world: World, { target }: PlannedFault) => {
  const receiver = world.receivers.find(({ id }) => id === target)
  if (!receiver) throw new Error(`There is no receiver ${target}.`)
  return receiver
}

/** Breaks the link that a fault's target stands behind. */
const link =
  (how: LinkFault, of: 'redis' | 'upstream' | 'receiver'): Infliction =>
  async (world, fault, hold) => {
    const broken =
      of === 'redis'
        ? memberOf(world, fault).redisLink
        : of === 'upstream'
          ? world.upstreamLink
          : receiverOf(world, fault).link
    broken.break(how, 20 + Math.round(fault.dice * 1_500))
    await hold()
    broken.heal()
    return undefined
  }

const manner =
  (how: Manner): Infliction =>
  async (world, fault, hold) => {
    const receiver = receiverOf(world, fault)
    receiver.behave(how)
    await hold()
    receiver.behave('good')
    return undefined
  }

/** Upstream answers so as long as the fault holds. */
const upstream =
  (...variants: Fault[]): Infliction =>
  async (world, { dice }, hold) => {
    const variant = variants[Math.floor(dice * variants.length)]
    if (variant === undefined) throw new Error('There is no such variant.')
    world.simulator.fault({ ...variant, times: 'always' })
    await hold()
    world.simulator.clearFaults()
    return JSON.stringify(variant)
  }

/** The clock of a process is wrong, by seconds or by an hour, and then right again. */
const clock =
  (sign: 1 | -1): Infliction =>
  async (world, fault, hold) => {
    const member = memberOf(world, fault)
    const offset = sign * Math.round(10 ** (3.5 + 3.1 * fault.dice))
    member.setClock(offset)
    await hold()
    member.setClock(0)
    return `by ${offset} ms`
  }

/** Redis goes, something is done to its files, and it comes back. */
const redisAway =
  (signal: 'SIGTERM' | 'SIGKILL', meanwhile: (world: World, fault: PlannedFault) => Promise<string>) =>
  async (world: World, fault: PlannedFault, hold: () => Promise<void>): Promise<string> => {
    await world.redis.end(signal)
    const note = await meanwhile(world, fault)
    await hold()
    await world.redis.start()
    return note
  }

/**
 * The same, and what Redis had acknowledged is gone. Where its state is from before the end of the baseline, or there is
 * none, rises until a baseline has ended are not promised to be told.
 */
const losing =
  (meanwhile: (world: World, fault: PlannedFault) => Promise<string>): Infliction =>
  async (world, fault, hold) => {
    const note = await redisAway('SIGKILL', meanwhile)(world, fault, hold)
    const state = await sourceState(world)
    if (state.mode === 'live') return note
    const watermark = Number(state.announce_since ?? state.baseline_started ?? (await keptWatermark(world)))
    const loss: World['lost'][number] = { watermark, counts: null }
    world.lost.push(loss)
    until(async () => (await sourceState(world)).mode === 'live', { within: 600_000 }).then(
      () => {
        loss.counts = new Map([...world.load.users].map(([id, { count }]) => [id, count]))
      },
      // Then it is missed, and the run fails for it.
      () => undefined,
    )
    return `${note} (a baseline since ${watermark})`
  }

async function keptWatermark({ dataDir }: World): Promise<number> {
  const file = await readFile(join(dataDir, 'watermarks', `${SOURCE}.json`), 'utf8')
  return JSON.parse(file).watermark
}

const errors = [401, 402, 403, 404, 408, 500, 502, 503].flatMap((status) =>
  (['current', 'older', 'text', 'html', 'empty'] as const).map(
    (shape) => ({ kind: 'status', status, shape }) as const,
  ),
)
const retryAfters = ['0', '-5', '1', '2', 'soon', new Date(0).toUTCString()]

const inflictions: Record<FaultKind, Infliction> = {
  async kill(world, fault, hold) {
    const member = memberOf(world, fault)
    await member.kill()
    await hold()
    await member.start()
    return undefined
  },
  async freeze(world, fault, hold) {
    const member = memberOf(world, fault)
    member.freeze()
    await hold()
    // Now and then longer than a lease and a claim hold, so that others take over what it then goes on with.
    if (fault.dice > 0.8) await wait(11_000)
    member.thaw()
    return undefined
  },
  async terminate(world, fault, hold) {
    const member = memberOf(world, fault)
    const before = Date.now()
    const ended = await member.stop()
    const took = Date.now() - before
    await hold()
    await member.start()
    return ended ? `ended after ${took} ms` : 'DID NOT END: it had to be killed'
  },
  clock_ahead: clock(1),
  clock_behind: clock(-1),
  redis_cut: link('cut', 'redis'),
  redis_reset: link('reset', 'redis'),
  redis_delay: link('delay', 'redis'),
  redis_blackhole: link('blackhole', 'redis'),
  redis_forget: link('forget', 'redis'),

  redis_terminate: redisAway('SIGTERM', async ({ redis }) => {
    await redis.backUp()
    return 'a backup was made'
  }),
  redis_kill: redisAway('SIGKILL', async () => ''),
  async redis_freeze(world, _fault, hold) {
    world.redis.signal('SIGSTOP')
    await hold()
    world.redis.signal('SIGCONT')
    return undefined
  },
  async redis_full(world, _fault, hold) {
    await world.redis.fill()
    await hold()
    await world.redis.drain()
    return undefined
  },
  redis_truncated: losing(async ({ redis }, { dice }) => {
    return `${await redis.truncate(Math.round(10 ** (1 + dice * 4.5)))} bytes`
  }),
  redis_restored: losing(async ({ redis }) => {
    return (await redis.restore()) ? '' : 'there was no backup yet'
  }),
  redis_emptied: losing(async ({ redis }) => {
    await redis.empty()
    return ''
  }),

  up_cut: link('cut', 'upstream'),
  up_reset: link('reset', 'upstream'),
  up_delay: link('delay', 'upstream'),
  up_blackhole: link('blackhole', 'upstream'),
  up_error: upstream(...errors),
  up_rate_limit: upstream(
    ...retryAfters.map((value) => ({
      kind: 'status' as const,
      status: 429,
      headers: { 'retry-after': value },
    })),
  ),
  up_html: upstream({ kind: 'html' }),
  up_truncated: upstream({ kind: 'truncated_json' }),
  up_stalled: upstream({ kind: 'stalled_body' }, { kind: 'stalled_body', bytes: 0 }),
  up_slow_body: upstream({ kind: 'slow_body' }),
  up_wire_reset: upstream(
    { kind: 'reset' },
    { kind: 'reset', when: 'after_headers' },
    { kind: 'reset', when: 'mid_body' },
  ),
  up_oversized: upstream(
    { kind: 'oversized_body', bytes: 32 * 1024 * 1024 },
    { kind: 'oversized_body', bytes: 32 * 1024 * 1024, declared: true },
  ),
  up_redirect: upstream({ kind: 'redirect' }, { kind: 'redirect', status: 307 }),
  async up_key_revoked({ simulator }, { dice }, hold) {
    simulator.setApiKey('sim_key', { missingPermissions: true })
    if (dice < 0.5) simulator.setApiKey('another')
    await hold()
    simulator.setApiKey('sim_key')
    return undefined
  },
  up_bad_cursor: upstream(
    { kind: 'next_cursor', value: 'null' },
    { kind: 'next_cursor', value: 'missing' },
    { kind: 'next_cursor', value: 'empty' },
    { kind: 'next_cursor', value: 'repeated' },
  ),
  up_expired_cursors: upstream({ kind: 'expired_cursors' }),
  up_empty_page: upstream({ kind: 'empty_page' }),
  up_extra_rows: upstream({ kind: 'extra_rows' }),
  up_wrong_order: upstream({ kind: 'wrong_order' }),
  up_short_list: upstream({ kind: 'short_list', rows: 3 }),
  up_empty_list: upstream({ kind: 'empty_list' }),
  up_odd_rows: upstream(
    { kind: 'raw', body: '{"users":[{"user_id":7},null,"x",{"user_id":"a\\nb"}],"has_more":false}' },
    { kind: 'raw', body: '{"users":{}}' },
    { kind: 'raw', body: '[]' },
    { kind: 'raw', body: '' },
  ),
  up_date: upstream(
    { kind: 'date_header', value: null },
    { kind: 'date_header', value: 'yesterday' },
    { kind: 'date_header', value: new Date(0).toUTCString() },
    { kind: 'date_header', value: new Date('2100-01-01').toUTCString() },
  ),
  async up_vanish({ simulator, load }, _fault, hold) {
    const users = load.someUsers(5)
    for (const id of users) simulator.removeUser(id)
    await hold()
    for (const id of users) simulator.restoreUser(id)
    return undefined
  },
  async up_dip({ simulator, load }, _fault, hold) {
    const users = load.someUsers(5)
    for (const id of users) simulator.overrideRow(id, { conversation_count: 0 })
    await hold()
    for (const id of users) simulator.overrideRow(id, null)
    return undefined
  },

  rx_hang: manner('hang'),
  rx_flap: manner('flap'),
  rx_lie: manner('lie'),
  rx_drip_head: manner('drip_head'),
  rx_drip_body: manner('drip_body'),
  rx_gone: manner('gone'),
  rx_too_many: manner('too_many'),
  rx_redirect: manner('redirect'),
  rx_reset: manner('reset'),
  rx_garbage: manner('garbage'),
  rx_server_error: manner('server_error'),
  rx_cut: link('cut', 'receiver'),
  rx_link_reset: link('reset', 'receiver'),
  rx_delay: link('delay', 'receiver'),
  rx_blackhole: link('blackhole', 'receiver'),
}

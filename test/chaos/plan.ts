import type { Random } from '../simulation/random.ts'

/** Everything that the suite can do to a part, with how often it is chosen beside the others of the same place. */
const FAULTS = {
  process: {
    kill: 6,
    freeze: 4,
    terminate: 4,
    clock_ahead: 2,
    clock_behind: 2,
    redis_cut: 3,
    redis_reset: 4,
    redis_delay: 2,
    redis_blackhole: 2,
    redis_forget: 2,
  },
  redis: {
    redis_terminate: 4,
    redis_kill: 4,
    redis_freeze: 3,
    redis_full: 4,
    redis_truncated: 2,
    redis_restored: 2,
    redis_emptied: 1,
  },
  upstream: {
    up_cut: 2,
    up_reset: 3,
    up_delay: 2,
    up_blackhole: 2,
    up_error: 4,
    up_rate_limit: 3,
    up_html: 2,
    up_truncated: 2,
    up_stalled: 2,
    up_slow_body: 1,
    up_wire_reset: 2,
    up_oversized: 1,
    up_redirect: 2,
    up_key_revoked: 2,
    up_bad_cursor: 3,
    up_expired_cursors: 2,
    up_empty_page: 2,
    up_extra_rows: 2,
    up_wrong_order: 2,
    up_short_list: 2,
    up_empty_list: 2,
    up_odd_rows: 2,
    up_date: 2,
    up_vanish: 2,
    up_dip: 2,
  },
  receiver: {
    rx_hang: 3,
    rx_flap: 3,
    rx_lie: 3,
    rx_drip_head: 2,
    rx_drip_body: 2,
    rx_gone: 2,
    rx_too_many: 3,
    rx_redirect: 2,
    rx_reset: 3,
    rx_garbage: 2,
    rx_server_error: 3,
    rx_cut: 3,
    rx_link_reset: 3,
    rx_delay: 2,
    rx_blackhole: 2,
  },
} as const

export type Place = keyof typeof FAULTS
export type FaultKind = { [P in Place]: keyof (typeof FAULTS)[P] }[Place]

/** Those that lose what Redis had acknowledged; DETECTION.md says what becomes of that. */
export const LOSSY: readonly FaultKind[] = ['redis_truncated', 'redis_restored', 'redis_emptied']

/** Over so soon that more of them fit: they have no time in which they hold. */
const MOMENTARY: readonly FaultKind[] = ['redis_reset', 'up_reset', 'rx_link_reset']

/** One fault: what, to whom, when and how long (ms since the beginning), and a number for its details. */
export interface PlannedFault {
  kind: FaultKind
  /** A process, a receiver, `redis` or `upstream`. */
  target: string
  at: number
  holdMs: number
  /** Decides what is left open: a size, a variant. */
  dice: number
}

/** Every kind, with the place that it happens to. */
export const ALL_KINDS = (Object.keys(FAULTS) as Place[]).flatMap((place) =>
  (Object.keys(FAULTS[place]) as FaultKind[]).map((kind) => ({ place, kind })),
)

/**
 * All faults of a run, in the order in which they begin. It depends on nothing but the randomness: the same seed
 * has the same plan. No two faults hold at one target at a time; at different targets they do.
 */
export function planFaults(
  random: Random,
  options: {
    durationMs: number
    count: number
    processes: readonly string[]
    receivers: readonly string[]
    /** Without those that lose what Redis has acknowledged. */
    lossless?: boolean
  },
): PlannedFault[] {
  const { durationMs, count } = options
  // What all stand on is broken less often than what stands on it.
  const targets = [
    ...options.processes.map((name) => ({ name, place: 'process' as const, weight: 2 })),
    ...options.receivers.map((name) => ({ name, place: 'receiver' as const, weight: 3 })),
    { name: 'upstream', place: 'upstream' as const, weight: 6 },
    { name: 'redis', place: 'redis' as const, weight: 2 },
  ]
  const free = new Map(targets.map(({ name }) => [name, 0]))
  const plan: PlannedFault[] = []
  const longest = Math.min(6_000, durationMs / 4)
  for (let i = 0; i < count; i++) {
    const at = Math.round((durationMs * (i + random.next())) / count)
    const able = targets.filter(({ name }) => (free.get(name) ?? 0) <= at)
    const target = weighted(random, able, ({ weight }) => weight)
    if (target === undefined) continue
    const kinds = (Object.entries(FAULTS[target.place]) as [FaultKind, number][]).filter(
      ([kind]) => !options.lossless || !LOSSY.includes(kind),
    )
    const [kind] = weighted(random, kinds, ([, weight]) => weight) ?? []
    if (kind === undefined) continue
    const holdMs = MOMENTARY.includes(kind) ? 0 : Math.round(200 + random.next() ** 2 * longest)
    // Time to come back, so that what is broken next is something that works.
    free.set(target.name, at + holdMs + (target.place === 'redis' ? 6_000 : 700))
    plan.push({ kind, target: target.name, at, holdMs, dice: random.next() })
  }
  return plan.toSorted((a, b) => a.at - b.at)
}

function weighted<T>(random: Random, items: readonly T[], weightOf: (item: T) => number): T | undefined {
  const sum = items.reduce((total, item) => total + weightOf(item), 0)
  let left = random.next() * sum
  return items.find((item) => {
    left -= weightOf(item)
    return left < 0
  })
}

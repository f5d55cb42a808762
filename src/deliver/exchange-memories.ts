import type { Known, Memory } from '../kinds/exchange.ts'

/** How long something is remembered (ms): with the default schedule, past the third retry of what comes late. */
const KEPT_MS = 3_600_000
/** Endpoints of which something is remembered, and how much of callers: of one endpoint and of all (characters). */
const MOST_ENDPOINTS = 5_000
const OF_ONE = 2_000_000
const OF_ALL = 16_000_000
/** A token that is longer is asked for each time. */
const LONGEST_TOKEN = 20_000
/** What an entry takes beside its texts, in characters. */
const ENTRY = 200

/** What one exchange works with. */
export interface ExchangeMemory extends Memory {
  /** Every token that it has worked with. */
  tokens: () => string[]
}

interface Noted {
  known: Known
  size: number
  until: number
}

/** What is remembered of an endpoint as it is since its last change. */
interface Remembered {
  version: string
  token: { value: string; until: number } | null
  /** By user id, longest untouched first. */
  callers: Map<string, Noted>
  size: number
}

/**
 * What exchanges have learnt, in this process alone: which caller is which record, what was written of them last, and
 * access tokens. It is bounded by its size, a token never gives way to callers, and all of it goes by itself an hour
 * after it was noted, for another process may have erased whom it is about.
 */
export function createExchangeMemories(bounds: { keptMs?: number; ofOne?: number; ofAll?: number } = {}) {
  const { keptMs = KEPT_MS, ofOne = OF_ONE, ofAll = OF_ALL } = bounds
  /** By endpoint, longest unused first. */
  const memories = new Map<string, Remembered>()
  let total = 0
  let forgettings = 0
  let timer: NodeJS.Timeout | null = null

  function drop(memory: Remembered, userId: string): void {
    const size = memory.callers.get(userId)?.size ?? 0
    memory.callers.delete(userId)
    memory.size -= size
    total -= size
  }

  function forgetEndpoint(endpointId: string): void {
    total -= memories.get(endpointId)?.size ?? 0
    memories.delete(endpointId)
  }

  /** What was remembered of an endpoint as it was before a change says nothing any more. */
  function memoryOf(endpointId: string, version: string): Remembered {
    const there = memories.get(endpointId)
    if (there?.version === version) {
      memories.delete(endpointId)
      memories.set(endpointId, there)
      return there
    }
    forgetEndpoint(endpointId)
    const made: Remembered = { version, token: null, callers: new Map(), size: 0 }
    memories.set(endpointId, made)
    const [oldest] = memories.keys()
    if (memories.size > MOST_ENDPOINTS && oldest !== undefined) forgetEndpoint(oldest)
    return made
  }

  function makeRoom(memory: Remembered): void {
    for (const userId of memory.callers.keys()) {
      if (memory.size <= ofOne) break
      drop(memory, userId)
    }
    if (total <= ofAll) return
    for (const unused of memories.values()) {
      for (const userId of unused.callers.keys()) {
        if (total <= ofAll) return
        drop(unused, userId)
      }
    }
  }

  /** Drops what is too old, and looks again when something else may be. */
  function expire(): void {
    timer = null
    const now = performance.now()
    for (const [endpointId, memory] of memories) {
      for (const [userId, { until }] of memory.callers) {
        if (until > now) break
        drop(memory, userId)
      }
      if (memory.token !== null && memory.token.until <= now) memory.token = null
      if (memory.token === null && memory.callers.size === 0) forgetEndpoint(endpointId)
    }
    if (memories.size > 0) watch()
  }

  /** Nothing outlives its time by more than a tenth of it. */
  function watch(): void {
    if (timer === null) timer = setTimeout(expire, keptMs / 10).unref()
  }

  return {
    /** What is remembered of an endpoint, for one exchange. */
    of(endpointId: string, version: string): ExchangeMemory {
      const memory = memoryOf(endpointId, version)
      const began = forgettings
      const tokens = new Set<string>()
      const until = () => performance.now() + keptMs
      const use = (token: string) => {
        tokens.add(token)
        return token
      }
      watch()
      return {
        token: () => memory.token && use(memory.token.value),
        noteToken(token) {
          if (token !== null) use(token)
          const isKept = token !== null && token.length <= LONGEST_TOKEN
          memory.token = isKept ? { value: token, until: until() } : null
        },
        caller: (userId) => memory.callers.get(userId)?.known ?? {},
        noteCaller(userId, what) {
          // It may be about somebody who was erased since it began. What was known before is no truer.
          if (memories.get(endpointId) !== memory) return
          if (forgettings !== began) return drop(memory, userId)
          const known = { ...memory.callers.get(userId)?.known, ...what }
          const size = ENTRY + userId.length + (known.sent?.length ?? 0) + (known.record?.length ?? 0)
          drop(memory, userId)
          memory.callers.set(userId, { known, size, until: until() })
          memory.size += size
          total += size
          makeRoom(memory)
        },
        tokens: () => [...tokens],
      }
    },

    /** Forgets a user at every endpoint; what exchanges under way learn of anybody is not kept either. */
    forgetCaller(userId: string): void {
      forgettings++
      for (const memory of memories.values()) drop(memory, userId)
    },

    /** How much there is of callers (characters). */
    size: () => total,
  }
}

export type ExchangeMemories = ReturnType<typeof createExchangeMemories>

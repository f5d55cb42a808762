import type { Simulator } from '../../src/simulator/types.ts'
import type { Random } from '../simulation/random.ts'

/** Users who were there before, each with one conversation. */
export const SEEDED = 3_000

/** What upstream has shown of one user. */
export interface Truth {
  /** Conversations before the suite began to call. */
  base: number
  count: number
  firstContact: number
  /** It was taken out of the list, or its count fell, for a while: its chain of counts may begin anew. */
  disturbed: boolean
}

/** Callers who call all the time, and what is true of them. */
export interface Load {
  users: ReadonlyMap<string, Truth>
  calls: () => number
  /** When the last late conversation surfaces (unix ms). */
  settledAt: () => number
  begin(): void
  end(): void
  /** One call, by whoever is named. */
  call(userId: string): void
  /** Known users whom a fault may disturb, who do not call meanwhile. */
  someUsers(count: number): string[]
}

export function createLoad(simulator: Simulator, random: Random, callsPerSecond: number): Load {
  const users = new Map<string, Truth>()
  const ids: string[] = []
  const nowSecs = () => Math.floor(Date.now() / 1000)
  let calls = 0
  let named = 0
  let settledAt = 0
  let timer: NodeJS.Timeout | undefined
  let owed = 0
  let last = 0

  simulator.seed({
    users: SEEDED,
    idOf: (i) => `old-${i}`,
    newestUnixSecs: nowSecs() - 7_200,
    spacingSecs: 60,
  })
  for (let i = 0; i < SEEDED; i++) {
    users.set(`old-${i}`, { base: 1, count: 1, firstContact: nowSecs() - 7_200 - 60 * i, disturbed: false })
    ids.push(`old-${i}`)
  }

  function call(userId: string, lateMs = 0): void {
    calls++
    simulator.call({ user_id: userId, ...(lateMs === 0 ? {} : { visible_after_ms: lateMs }) })
    settledAt = Math.max(settledAt, Date.now() + lateMs)
    const known = users.get(userId)
    if (known) known.count++
    else {
      users.set(userId, { base: 0, count: 1, firstContact: nowSecs(), disturbed: false })
      ids.push(userId)
    }
  }

  function callSomebody(): void {
    const isNew = random.chance(0.6)
    const isLate = random.chance(0.05)
    const userId = isNew ? `caller-${named++}` : random.pick(ids)
    if (users.get(userId)?.disturbed) return
    // Some of them so late that only a full scan finds them.
    call(userId, isLate ? random.int(500, random.chance(0.2) ? 20_000 : 5_000) : 0)
  }

  return {
    users,
    calls: () => calls,
    settledAt: () => settledAt,
    begin() {
      last = Date.now()
      timer = setInterval(() => {
        const now = Date.now()
        // What a busy machine has kept from happening is made up for, but not all at once.
        owed = Math.min(owed + ((now - last) * callsPerSecond) / 1000, callsPerSecond)
        last = now
        for (; owed >= 1; owed--) callSomebody()
      }, 20)
    },
    end() {
      clearInterval(timer)
    },
    call,
    someUsers(count) {
      const chosen: string[] = []
      for (let i = 0; i < count * 5 && chosen.length < count; i++) {
        const id = random.pick(ids)
        if (!users.get(id)?.disturbed && id.startsWith('old-')) chosen.push(id)
      }
      for (const id of chosen) {
        const truth = users.get(id)
        if (truth) truth.disturbed = true
      }
      return chosen
    },
  }
}

import type { UnixMs } from '../types.ts'

/** Addresses that are remembered at a time; of more, the ones that came first are forgotten. */
const ADDRESSES = 10_000

/**
 * Counts failed attempts by address in a sliding window, so that nobody can try tokens at speed. Kept in
 * this process: a guess costs the attacker the same wherever it lands.
 *
 * @param options.failures how many are let through within `windowMs`
 */
export function createFailedAttempts(options: { failures: number; windowMs: number; now: () => UnixMs }) {
  const { failures, windowMs, now } = options
  const byAddress = new Map<string, UnixMs[]>()

  function recent(address: string): UnixMs[] {
    return (byAddress.get(address) ?? []).filter((at) => at > now() - windowMs)
  }

  return {
    /** How long an address has to wait before its token is looked at again (ms); 0 where it need not. */
    waitOf(address: string): number {
      const attempts = recent(address)
      const oldest = attempts[attempts.length - failures]
      return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - now())
    },

    note(address: string): void {
      const attempts = [...recent(address), now()].slice(-failures)
      byAddress.delete(address)
      byAddress.set(address, attempts)
      for (const first of byAddress.keys()) {
        if (byAddress.size <= ADDRESSES) break
        byAddress.delete(first)
      }
    },
  }
}

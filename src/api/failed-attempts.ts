import { isIPv6 } from 'node:net'
import type { UnixMs } from '../types.ts'

/** Addresses that are remembered at a time; of more, the ones that came first are forgotten. */
const ADDRESSES = 10_000

/** One that is under way or has failed. */
interface Attempt {
  at: UnixMs
  failed: boolean
}

/** An attempt for which there was room. It counts from its beginning, so that many at once are no more than many in a row. */
export interface BegunAttempt {
  failed(): void
  /** It was none: the token is right, or could not be looked at. */
  takeBack(): void
}

/**
 * Counts failed attempts by address in a sliding window, so that nobody can try tokens at speed. Kept in
 * this process: a guess costs the attacker the same wherever it lands. Addresses of IPv6 count by their /64,
 * which is what one subscriber has.
 *
 * @param options.failures how many are let through within `windowMs`
 */
export function createFailedAttempts(options: { failures: number; windowMs: number; now: () => UnixMs }) {
  const { failures, windowMs, now } = options
  const byNetwork = new Map<string, Attempt[]>()

  function recent(address: string): Attempt[] {
    return (byNetwork.get(networkOf(address)) ?? []).filter(({ at }) => at > now() - windowMs)
  }

  function keep(address: string, attempts: Attempt[]): void {
    const network = networkOf(address)
    byNetwork.delete(network)
    if (attempts.length > 0) byNetwork.set(network, attempts)
    for (const first of byNetwork.keys()) {
      if (byNetwork.size <= ADDRESSES) break
      byNetwork.delete(first)
    }
  }

  return {
    /** How long an address has to wait before it may fail again (ms); 0 where it need not. */
    waitOf(address: string): number {
      const failed = recent(address).filter((attempt) => attempt.failed)
      const oldest = failed[failed.length - failures]
      return oldest === undefined ? 0 : Math.max(0, oldest.at + windowMs - now())
    },

    /** @returns null where too many have failed or are under way */
    begin(address: string): BegunAttempt | null {
      const attempts = recent(address)
      if (attempts.length >= failures) return null
      const attempt: Attempt = { at: now(), failed: false }
      keep(address, [...attempts, attempt])
      return {
        failed() {
          attempt.failed = true
        },
        takeBack() {
          keep(
            address,
            recent(address).filter((other) => other !== attempt),
          )
        },
      }
    },
  }
}

/** An address of IPv4 as it is, also where it is mapped into IPv6; of IPv6 the first 64 bits. */
function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const groups = [...before, ...zeros, ...after].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

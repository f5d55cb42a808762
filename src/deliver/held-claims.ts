import type { Claim } from '../log/deliveries.ts'

/** Makes the list of what a lane has claimed and not recorded yet: what waits, what is sent, what is being recorded. */
export function createHeldClaims() {
  const held = new Map<string, Claim>()
  return {
    get size() {
      return held.size
    },

    /**
     * Adds what has been claimed, but for what was claimed before by a claim that ran out before its result could be
     * recorded: that has been sent, and is not sent again. Where it had not run out, Redis has been told of its end, and
     * this process hears of that in a moment.
     *
     * @returns what was added
     */
    add(claims: readonly Claim[]): Claim[] {
      const added = claims.filter(({ deliveryId, takenAt }) => {
        const before = held.get(deliveryId)
        return before === undefined || before.until > takenAt
      })
      for (const claim of added) held.set(claim.deliveryId, claim)
      return added
    },

    /** Takes claims off, but for those that have been claimed again meanwhile. */
    drop(claims: readonly Claim[]): void {
      for (const claim of claims) if (held.get(claim.deliveryId) === claim) held.delete(claim.deliveryId)
    },
  }
}

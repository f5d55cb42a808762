/** What detection needs to know of a source; the key is in clear text. */
export interface PolledSource {
  id: string
  name: string
  baseUrl: string
  apiKey: string
  agentId: string | null
  branchId: string | null
  /** The usual time between two polls. */
  intervalMs: number
  /** How far below the watermark a head poll reads on. */
  overlapMs: number
  /** A rise after a longer silence is `user.returned`. */
  returnedAfterMs: number
  /** Counts to announce; empty for the usual ones. */
  milestones: readonly number[]
  /** Below it a recent sentiment is a drop; null where nobody wants to know. */
  sentimentThreshold: number | null
}

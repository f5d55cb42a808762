/** What detection needs to know of a source; the key is in clear text. */
export interface PolledSource {
  id: string
  name: string
  baseUrl: string
  /** Null where the stored one cannot be opened: another master key sealed it. */
  apiKey: string | null
  agentId: string | null
  branchId: string | null
  /** The usual time between two polls. */
  intervalMs: number
  /** How far below the watermark a head poll reads on. */
  overlapMs: number
  /** A rise after a longer silence is `user.returned`. */
  returnedAfterMs: number
  /** Counts to announce; null for the usual ones. */
  milestones: readonly number[] | null
  /** Below it a recent sentiment is a drop; null where nobody wants to know. */
  sentimentThreshold: number | null
  /** Events wait for their conversation before they go out. */
  enrich: boolean
}

/** A source whose key can be used. */
export type KeyedSource = PolledSource & { apiKey: string }

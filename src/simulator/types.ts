import type { CallInput } from './calls.ts'
import type { CursorKind } from './cursors.ts'
import type { Fault } from './faults.ts'
import type { Patch } from './tally.ts'

export interface SimulatorOptions {
  /** The key that `xi-api-key` must carry. Default `sim_key`. */
  apiKey?: string
  /** Default 0: a free one. */
  port?: number
  /** Default 127.0.0.1. The control routes answer loopback peers only, whatever this says. */
  host?: string
  /** Milliseconds since the epoch; also the `Date` header and the due time of late rows. Default Date.now. */
  now?: () => number
  /** Default `keyset`. */
  cursors?: CursorKind
  /** A cursor older than this by the simulator's clock is invalid. Default: never. */
  cursorTtlMs?: number
  /** Make every cursor contain `+`, `/`, `=` and `&`. */
  awkwardCursors?: boolean
  /** Send `sentiment` and `most_frustrated_conversations` in every row, as newer deployments do. */
  sentiment?: boolean
  /** `refused` answers 422 to `sort_direction`; `always_asc` and `always_desc` ignore it. Default `honoured`. */
  sortDirection?: SortDirectionMode
  /** The shape of error bodies. Default `current`. Validation errors always have their own. */
  errorShape?: 'current' | 'older'
}

export type SortDirectionMode = 'honoured' | 'always_asc' | 'always_desc' | 'refused'

export interface SeedInput {
  users: number
  /** Default `user_0000001`, …, numbered on from earlier seeds. Must not repeat or be known already. */
  idOf?: (i: number) => string
  /** Last contact of the first user. Default now. */
  newestUnixSecs?: number
  /** How much older each next user's last contact is; 0 makes them all tie. Default 60. */
  spacingSecs?: number
  /** Conversations of each user, a day apart. Default 1. */
  count?: number
  /** Default: the default agent. Null: no agent. */
  agentId?: string | null
}

export interface LoggedRequest {
  method: string
  path: string
  query: Record<string, string>
  /** Milliseconds since the epoch, by the simulator's clock. */
  at: number
  /** 0 where no status was sent, or not yet. */
  status: number
}

/** A running simulator. What it does in between requests, it does at once: there is nothing to wait for. */
export interface Simulator {
  url: string
  port: number
  /** One call by a user. Returns the conversation's id. */
  call(input: CallInput): string
  /** Takes a user and all of its conversations away. A later call starts it anew. Throws `not_found`. */
  removeUser(user_id: string): void
  /** Brings back what `removeUser` took, beside what came since. Throws `not_found`. */
  restoreUser(user_id: string): void
  /**
   * Replaces what the list shows of a user: any JSON; a field set to undefined vanishes; null ends it. Takes
   * the place of an earlier override. The list sorts by what it shows, where that is a number.
   */
  overrideRow(user_id: string, patch: Patch | null): void
  /** Adds many users fast. Throws `conflict` and adds none where an id is known already. */
  seed(input: SeedInput): void
  /** Queues a fault. Throws `bad_request` where it is none. */
  fault(fault: Fault): void
  clearFaults(): void
  /** Changes the key from now on; `missingPermissions` makes it one without the `convai_read` scope. */
  setApiKey(key: string, options?: { missingPermissions?: boolean }): void
  /** Closes the port and every connection: from now on connections are refused, until `acceptConnections`. */
  refuseConnections(): Promise<void>
  acceptConnections(): Promise<void>
  /** Requests to the API (control routes are not counted); the log keeps the last 1000, oldest first. */
  readonly requests: { readonly total: number; readonly log: LoggedRequest[] }
  /** Users that the unfiltered list shows now. */
  readonly userCount: number
  /** Idempotent. Destroys open connections. */
  close(): Promise<void>
}

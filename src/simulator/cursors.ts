import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Frozen } from './ordered.ts'
import type { Tally } from './tally.ts'
import type { View } from './views.ts'

/**
 * keyset    goes on behind the last row shown: a caller who moves to the top is missed further down
 * offset    goes on at a number of rows: whoever moves to the top pushes rows down, which then repeat
 * snapshot  reads the list as it stood at the first page
 */
export type CursorKind = 'keyset' | 'offset' | 'snapshot'

/** Where in the list a request reads on. */
export interface Reading {
  /** Up to `limit` rows from here. */
  read(limit: number): Tally[]
  /** The cursor that leads on behind these rows, the first ones from here. */
  cursorBehind(taken: readonly Tally[]): string
}

export interface Cursors {
  /** Null where the cursor is unknown, has expired or belongs to another query. */
  open(cursor: string | null, view: View, queryKey: string): Reading | null
  /** Makes every cursor handed out so far invalid. */
  expireAll(): void
}

const MAX_SNAPSHOTS = 64
/** An awkward cursor is one that breaks when it is put into a URL without being encoded. */
const AWKWARD = { prefix: '+/', suffix: '&p==' }

const payloadSchema = z.tuple([
  z.int(), // serial, so that no two cursors are the same
  z.int(), // epoch
  z.number(), // issued at, ms
  z.string(), // hash of the query it belongs to
  z.union([z.tuple([z.number().nullable(), z.int()]), z.int().min(0), z.null()]), // keyset, or offset
  z.int(), // snapshot, or 0
])
type Payload = z.infer<typeof payloadSchema>

export function createCursors(options: {
  kind: CursorKind
  ttlMs: number
  awkward: boolean
  now: () => number
}): Cursors {
  const { kind, ttlMs, awkward, now } = options
  const snapshots = new Map<number, Frozen<Tally>>()
  let serial = 0
  let epoch = 0

  function issue(query: string, position: Payload[4], snapshot: number): string {
    const payload: Payload = [++serial, epoch, now(), query, position, snapshot]
    const text = Buffer.from(JSON.stringify(payload)).toString('base64')
    return awkward ? AWKWARD.prefix + text + AWKWARD.suffix : text
  }

  function keyset(view: View, query: string, place: [number | null, number] | null): Reading {
    // JSON has no Infinity, the rank of rows without a value.
    const from = place && { rank: place[0] ?? Number.POSITIVE_INFINITY, ordinal: place[1] }
    return {
      read: (limit) => view.ordered.after(from, limit),
      cursorBehind(taken) {
        const last = taken.at(-1)
        if (last === undefined) return issue(query, place, 0)
        const { rank, ordinal } = view.placeOf(last)
        return issue(query, [Number.isFinite(rank) ? rank : null, ordinal], 0)
      },
    }
  }

  function offset(list: Frozen<Tally>, query: string, start: number, snapshot: number): Reading {
    return {
      read: (limit) => list.from(start, limit),
      cursorBehind(taken) {
        const id = kind === 'snapshot' && snapshot === 0 ? keep(list) : snapshot
        return issue(query, start + taken.length, id)
      },
    }
  }

  function keep(list: Frozen<Tally>): number {
    const id = ++serial
    snapshots.set(id, list)
    for (const oldest of snapshots.keys()) {
      if (snapshots.size <= MAX_SNAPSHOTS) break
      snapshots.delete(oldest)
    }
    return id
  }

  return {
    open(cursor, view, queryKey) {
      const query = createHash('sha256').update(queryKey).digest('hex').slice(0, 8)
      if (cursor === null) {
        if (kind === 'keyset') return keyset(view, query, null)
        return offset(kind === 'snapshot' ? view.ordered.freeze() : view.ordered, query, 0, 0)
      }
      const payload = decode(cursor, awkward)
      if (payload === null) return null
      const [, issuedIn, issuedAt, of, position, snapshot] = payload
      if (issuedIn !== epoch || of !== query || now() - issuedAt > ttlMs) return null
      if (typeof position !== 'number') return keyset(view, query, position)
      const list = kind === 'snapshot' ? snapshots.get(snapshot) : view.ordered
      return list === undefined ? null : offset(list, query, position, snapshot)
    },
    expireAll() {
      epoch++
      snapshots.clear()
    },
  }
}

function decode(cursor: string, awkward: boolean): Payload | null {
  const { prefix, suffix } = AWKWARD
  if (awkward && !(cursor.startsWith(prefix) && cursor.endsWith(suffix))) return null
  const text = awkward ? cursor.slice(prefix.length, -suffix.length) : cursor
  // Buffer skips what is not base64; a damaged cursor must be refused rather than read.
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) return null
  try {
    return payloadSchema.parse(JSON.parse(bytes.toString()))
  } catch {
    return null
  }
}

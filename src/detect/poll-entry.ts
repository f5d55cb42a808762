import { z } from 'zod'
import { EVENT_TYPES } from '../events/catalogue.ts'
import type { UnixMs } from '../types.ts'
import { SCAN_KINDS } from './source-state.ts'

/** What came of a poll. Docs and API say what each means; see api/schemas/poll.ts. */
export const POLL_OUTCOMES = ['quiet', 'found', 'failed', 'held', 'stopped', 'under_way'] as const
export type PollOutcome = (typeof POLL_OUTCOMES)[number]

/** How late a poll may begin after it was due, and still go on with the one before (ms). */
const LATE_MS = 60_000
/** Of a sentence, so that an upstream which sends long ones does not fill Redis. */
const LONGEST_MESSAGE = 300
/** Outcomes of which several in a row say no more than one. */
const ALIKE: readonly PollOutcome[] = ['quiet', 'failed', 'held']

const count = z.int().min(0).default(0)

/** A poll, or several in a row that did the same. Nothing of a person is in it. What has its default is not stored. */
const pollEntry = z.object({
  outcome: z.enum(POLL_OUTCOMES),
  /** How many polls of each kind it stands for. */
  kinds: z.partialRecord(z.enum(SCAN_KINDS), z.int().min(1)),
  /** When the first began and the last ended (unix ms). */
  from: z.int(),
  to: z.int(),
  requests: count,
  /** Users looked at. */
  rows: count,
  /** Users of whom something else is recorded than before. */
  changes: count,
  events: z.partialRecord(z.enum(EVENT_TYPES), z.int().min(1)).default({}),
  /** The longest of them. */
  duration_ms: count,
  error: z.object({ code: z.string(), message: z.string() }).nullable().default(null),
  /** Codes of what they saw that a person should know. */
  warnings: z.array(z.string()).default([]),
  dry_run: z.boolean().default(false),
  /** When the next was due (unix ms); null where none was planned. */
  next: z.int().nullable().default(null),
})
export type PollEntry = z.output<typeof pollEntry>

/** What is the same in most entries, as JSON. */
const {
  outcome: _,
  kinds: __,
  from: ___,
  to: ____,
  ...usual
} = pollEntry.parse({
  outcome: 'quiet',
  kinds: {},
  from: 0,
  to: 0,
})
const USUAL = new Map(Object.entries(usual).map(([name, value]) => [name, JSON.stringify(value)]))

/** As it is stored: JSON without what is usual, for there are many of them. */
export function packEntry(entry: PollEntry): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(entry).filter(([name, value]) => JSON.stringify(value) !== USUAL.get(name)),
    ),
  )
}

/** Null for what cannot be read, as another version may have written it. */
export function unpackEntry(text: string): PollEntry | null {
  try {
    return pollEntry.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** An entry of one poll. */
export function entryOf(
  poll: Partial<PollEntry> & Pick<PollEntry, 'outcome' | 'from' | 'to'> & { kind: keyof PollEntry['kinds'] },
): PollEntry {
  const { kind, error = null, ...rest } = poll
  return {
    requests: 0,
    rows: 0,
    changes: 0,
    events: {},
    warnings: [],
    dry_run: false,
    next: null,
    ...rest,
    kinds: { [kind]: 1 },
    duration_ms: Math.max(0, poll.to - poll.from),
    error: error === null ? null : { ...error, message: shortened(error.message) },
  }
}

/**
 * What becomes of the newest entry when another comes: it stays as it is and the other is put before it, or one that
 * tells of both takes its place. Polls between which there was a pause are never put together, for somebody may look
 * for it.
 */
export function follow(newest: PollEntry | null, entry: PollEntry): { entry: PollEntry; inPlace: boolean } {
  if (newest === null) return { entry, inPlace: false }
  if (newest.outcome === 'under_way' && newest.from === entry.from && !entry.dry_run) {
    return { entry, inPlace: true }
  }
  return goesOn(newest, entry) ? { entry: together(newest, entry), inPlace: true } : { entry, inPlace: false }
}

function goesOn(newest: PollEntry, entry: PollEntry): boolean {
  return (
    newest.outcome === entry.outcome &&
    ALIKE.includes(entry.outcome) &&
    !newest.dry_run &&
    !entry.dry_run &&
    newest.error?.code === entry.error?.code &&
    newest.warnings.join() === entry.warnings.join() &&
    [newest, entry].every(({ events }) => Object.keys(events).length === 0) &&
    // A scan of the whole list is worth an entry of its own, but where it fails again and again.
    (entry.outcome !== 'quiet' || [newest, entry].every(({ kinds }) => !kinds.full && !kinds.baseline)) &&
    entry.from >= newest.from &&
    newest.next !== null &&
    entry.from <= newest.next + LATE_MS
  )
}

function together(newest: PollEntry, entry: PollEntry): PollEntry {
  const kinds: PollEntry['kinds'] = {}
  for (const kind of SCAN_KINDS) {
    const polls = (newest.kinds[kind] ?? 0) + (entry.kinds[kind] ?? 0)
    if (polls > 0) kinds[kind] = polls
  }
  return {
    ...entry,
    kinds,
    from: newest.from,
    requests: newest.requests + entry.requests,
    rows: newest.rows + entry.rows,
    changes: newest.changes + entry.changes,
    duration_ms: Math.max(newest.duration_ms, entry.duration_ms),
  }
}

function shortened(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1)}…`
}

/** Whether it tells of any moment between the two. */
export function touches(entry: PollEntry, since: UnixMs | null, until: UnixMs | null): boolean {
  return (since === null || entry.to >= since) && (until === null || entry.from <= until)
}

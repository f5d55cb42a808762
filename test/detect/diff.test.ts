import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diff, type Rules } from '../../src/detect/diff.ts'
import { mergeRows } from '../../src/detect/merge-rows.ts'
import { milestonesPassed } from '../../src/detect/milestones.ts'
import { newSnapshot, type Snapshot } from '../../src/detect/snapshot.ts'
import type { UserRow } from '../../src/types.ts'
import { row } from './rows.ts'

const DAY = 86_400
const live: Rules = {
  announce: { everyone: true },
  epoch: 0,
  returnedAfterSecs: 30 * DAY,
  milestones: [1_000],
  sentimentThreshold: null,
  fullScan: null,
}
const full = (number: number, lastComplete = number - 1, believed = lastComplete): Rules => ({
  ...live,
  fullScan: { number, lastComplete, believed },
})
const known = newSnapshot({ count: 3, last_contact: 2_000, first_contact: 1_000, epoch: 0 })
const types = (seen: UserRow, snapshot: Snapshot | null, rules = live) =>
  diff(seen, snapshot, rules).changes.map(({ type }) => type)

/** What a user's snapshot becomes after several sights. */
function judge(snapshot: Snapshot | null, ...sights: [Partial<UserRow>, Rules?][]) {
  const changes = []
  let at = snapshot
  for (const [fields, rules = live] of sights) {
    const { next, changes: found } = diff(row(fields), at, rules)
    at = next ?? at
    changes.push(...found)
  }
  return { snapshot: at, changes }
}

describe('a user who is not known', () => {
  test('is created in a live source, with the count they came with', () => {
    const { changes, next } = diff(row({ conversation_count: 3 }), null, { ...live, epoch: 7 })
    expect(changes).toEqual([{ type: 'user.created', from: 0, to: 3, epoch: 7, previous: null }])
    expect(next).toEqual(newSnapshot({ count: 3, last_contact: 1_000, first_contact: 1_000, epoch: 7 }))
  })

  test('is recorded in silence by a baseline, unless they first called after it began', () => {
    const baseline: Rules = { ...live, announce: { everyone: false, firstContactAfter: 5_000 } }
    const at = (first: number | null, count = 1) =>
      types(
        row({ first_contact_unix_secs: first, last_contact_unix_secs: 5_001, conversation_count: count }),
        null,
        baseline,
      )
    expect(at(4_999)).toEqual([])
    expect(at(5_000)).toEqual([])
    expect(at(5_001)).toEqual(['user.created'])
    // Without a first contact, one conversation came first when it came last; of several nothing is known.
    expect(at(null)).toEqual(['user.created'])
    expect(at(null, 2)).toEqual([])
  })
})

describe('a user who is known', () => {
  test('rises by what the count rose, with what was before', () => {
    const { changes } = diff(row({ conversation_count: 5, last_contact_unix_secs: 3_000 }), known, live)
    expect(changes).toEqual([
      {
        type: 'user.conversation_count.increased',
        from: 3,
        to: 5,
        epoch: 0,
        previous: { conversation_count: 3, last_contact_unix_secs: 2_000 },
      },
    ])
  })

  test('changes nothing by being seen again', () => {
    const seen = row({ conversation_count: 3, last_contact_unix_secs: 2_000 })
    expect(diff(seen, known, live)).toEqual({ next: null, changes: [] })
  })

  test('keeps its maxima where the row is older than the snapshot', () => {
    const stale = row({ conversation_count: 2, last_contact_unix_secs: 1_500 })
    expect(diff(stale, known, live)).toEqual({ next: null, changes: [] })
    const dipped = row({ conversation_count: 2, last_contact_unix_secs: 2_500 })
    expect(diff(dipped, known, live)).toEqual({ next: { ...known, last_contact: 2_500 }, changes: [] })
  })

  test('takes over a later contact without an event, and rises in a baseline too', () => {
    const later = diff(row({ conversation_count: 3, last_contact_unix_secs: 2_500 }), known, live)
    expect(later).toEqual({ next: { ...known, last_contact: 2_500 }, changes: [] })
    const silent: Rules = {
      ...live,
      announce: { everyone: false, firstContactAfter: Number.POSITIVE_INFINITY },
    }
    expect(types(row({ conversation_count: 4 }), known, silent)).toEqual([
      'user.conversation_count.increased',
    ])
  })

  test('returns with a rise after a long silence, and not without one', () => {
    const silent = (secs: number, count: number) =>
      types(row({ conversation_count: count, last_contact_unix_secs: 2_000 + secs }), known)
    expect(silent(30 * DAY + 1, 4)).toEqual(['user.conversation_count.increased', 'user.returned'])
    expect(silent(30 * DAY, 4)).toEqual(['user.conversation_count.increased'])
    expect(silent(30 * DAY + 1, 3)).toEqual([])
  })
})

test('milestones are told once each, when a count passes them', () => {
  expect(milestonesPassed(null, 3, 12)).toEqual([5, 10])
  expect(milestonesPassed(null, 0, 1_000)).toEqual([5, 10, 25, 50, 100, 250, 500, 1_000])
  expect(milestonesPassed(null, 5, 9)).toEqual([])
  expect(milestonesPassed([], 0, 1_000)).toEqual([])
  expect(milestonesPassed([3, 7], 3, 7)).toEqual([7])
  const reached = diff(row({ conversation_count: 12 }), known, { ...live, milestones: [5, 10] }).changes
  expect(reached.map(({ type, details }) => [type, details?.milestone])).toEqual([
    ['user.conversation_count.increased', undefined],
    ['user.milestone_reached', 5],
    ['user.milestone_reached', 10],
  ])
})

describe('a count that falls', () => {
  test('is taken over when two full scans saw it, in a new epoch and without an event', () => {
    const { snapshot, changes } = judge(
      known,
      [{ conversation_count: 1 }, full(1)],
      [{ conversation_count: 1 }, full(2)],
    )
    expect(snapshot).toMatchObject({ count: 1, epoch: 1, fall: null })
    expect(changes).toEqual([])
    // The next rise to a count that had been reached before is an event of its own.
    expect(judge(snapshot, [{ conversation_count: 3 }]).changes).toMatchObject([{ from: 1, to: 3, epoch: 1 }])
  })

  test('is not taken over by head polls, by one scan alone, after a scan that did not end, or by scans in a row', () => {
    const low = { conversation_count: 1 }
    for (const sights of [
      [[low], [low], [low]],
      [
        [low, full(1)],
        [low, full(1)],
      ],
      [
        [low, full(1)],
        [low, full(2, 0)],
      ],
      [
        [low, full(1)],
        [low, full(2, 1, 0)],
        [low, full(3, 2, 0)],
      ],
    ] as [Partial<UserRow>, Rules?][][]) {
      expect(judge(known, ...sights).snapshot).toMatchObject({ count: 3, epoch: 0 })
    }
  })

  test('and recovers is no new conversation', () => {
    const { snapshot, changes } = judge(
      known,
      [{ conversation_count: 1 }, full(1)],
      [{ conversation_count: 3 }],
      [{ conversation_count: 1 }, full(2)],
    )
    expect(snapshot).toMatchObject({ count: 3, epoch: 0, fall: { count: 1, scan: 2 } })
    expect(changes).toEqual([])
  })

  test('and rises before it is taken over loses no rise', () => {
    const { snapshot, changes } = judge(
      { ...known, count: 10 },
      [{ conversation_count: 2 }, full(1)],
      [{ conversation_count: 5 }, full(2)],
    )
    expect(snapshot).toMatchObject({ count: 5, epoch: 1 })
    expect(changes).toMatchObject([{ from: 2, to: 5, epoch: 1 }])
  })
})

describe('a user who had been removed', () => {
  const gone = { ...known, removed: true }
  test.each([
    ['with more conversations', 4, 2_000, [3, 4], true],
    ['with fewer and a new contact', 1, 2_500, [0, 1], true],
    ['with the same ones', 3, 2_000, [3, 3], false],
    ['with fewer and no new contact', 2, 1_500, [2, 2], false],
  ] as const)('returns %s', (_, count, last, [from, to], rise) => {
    const seen = row({ conversation_count: count, last_contact_unix_secs: last })
    const { next, changes } = diff(seen, gone, live)
    expect(changes.map(({ type }) => type)).toEqual([
      ...(rise ? ['user.conversation_count.increased'] : []),
      'user.returned',
    ])
    expect(changes.at(-1)).toMatchObject({ from, to, epoch: 1 })
    expect(next).toMatchObject({ count, removed: false, epoch: 1 })
  })

  test('who was only absent is seen again in silence', () => {
    const seen = row({ conversation_count: 3, last_contact_unix_secs: 2_000 })
    expect(diff(seen, { ...known, absent: true }, live)).toEqual({ next: known, changes: [] })
  })
})

describe('sentiment', () => {
  const rules: Rules = { ...live, sentimentThreshold: 0.4 }
  const score = (value: number | null) =>
    row({
      conversation_count: 3,
      last_contact_unix_secs: 2_000,
      sentiment: value === null ? null : { recent_average_sentiment_score: value },
    })
  test('drops when the recent average falls below the threshold from above it', () => {
    const fine = diff(score(0.9), known, rules)
    expect(fine).toEqual({ next: { ...known, sentiment: 'fine' }, changes: [] })
    const low = diff(score(0.39), fine.next, rules)
    expect(low.changes).toMatchObject([
      {
        type: 'user.sentiment.dropped',
        details: { sentiment_change: { recent_average_sentiment_score: 0.39, threshold: 0.4 } },
      },
    ])
    expect(diff(score(0.1), low.next, rules).changes).toEqual([])
    expect(diff(score(null), low.next, rules)).toEqual({ next: null, changes: [] })
  })
  test('that is first met low, or is not watched, is no drop', () => {
    expect(types(score(0.1), known, rules)).toEqual([])
    expect(diff(score(0.1), { ...known, sentiment: 'fine' }, live)).toEqual({ next: null, changes: [] })
  })
})

test('whatever order rows come in, the rises chain without a gap up to the maximum', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(counts, (seen) => {
      const { changes } = judge(
        null,
        ...seen.map((conversation_count): [Partial<UserRow>] => [{ conversation_count }]),
      )
      let announced = 0
      for (const { from, to } of changes) {
        expect(from).toBe(announced)
        announced = to
      }
      expect(announced).toBe(Math.max(...seen))
    }),
  )
})

test('of a user who is repeated in a page the newest row is taken, in whatever order', () => {
  const rows = [
    row({ conversation_count: 2, last_contact_unix_secs: 10 }),
    row({ conversation_count: 3, last_contact_unix_secs: 9 }),
    row({ conversation_count: 3, last_contact_unix_secs: 11 }),
    row({ user_id: '__proto__' }),
  ]
  for (const order of [rows, rows.toReversed()]) {
    const merged = mergeRows(order)
    expect(merged).toHaveLength(2)
    expect(merged.find(({ user_id }) => user_id === 'u1')).toMatchObject({ last_contact_unix_secs: 11 })
  }
})

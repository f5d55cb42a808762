import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Announce, diff } from '../../src/detect/diff.ts'
import { mergeRows } from '../../src/detect/merge-rows.ts'
import type { Snapshot } from '../../src/detect/snapshot.ts'
import { row } from './rows.ts'

const EVERYONE: Announce = { everyone: true }

const known: Snapshot = { count: 3, last_contact: 2_000, first_contact: 1_000, epoch: 0 }

describe('a user who is not known', () => {
  test('is created in a live source, with the count they came with', () => {
    const { change, next } = diff(row({ conversation_count: 3 }), null, EVERYONE, 7)
    expect(change).toEqual({ type: 'user.created', from: 0, to: 3, epoch: 7, previous: null })
    expect(next).toEqual({ count: 3, last_contact: 1_000, first_contact: 1_000, epoch: 7 })
  })

  test('is recorded in silence by a baseline, unless they first called after it began', () => {
    const baseline: Announce = { everyone: false, firstContactAfter: 5_000 }
    const at = (first: number | null, count = 1) =>
      diff(
        row({ first_contact_unix_secs: first, last_contact_unix_secs: 5_001, conversation_count: count }),
        null,
        baseline,
        0,
      ).change?.type
    expect(at(4_999)).toBeUndefined()
    expect(at(5_000)).toBeUndefined()
    expect(at(5_001)).toBe('user.created')
    // Without a first contact, one conversation came first when it came last; of several nothing is known.
    expect(at(null)).toBe('user.created')
    expect(at(null, 2)).toBeUndefined()
  })
})

describe('a user who is known', () => {
  test('rises by what the count rose, with what was before', () => {
    const { change } = diff(row({ conversation_count: 5, last_contact_unix_secs: 3_000 }), known, EVERYONE, 0)
    expect(change).toEqual({
      type: 'user.conversation_count.increased',
      from: 3,
      to: 5,
      epoch: 0,
      previous: { conversation_count: 3, last_contact_unix_secs: 2_000 },
    })
  })

  test('changes nothing by being seen again', () => {
    const seen = row({ conversation_count: 3, last_contact_unix_secs: 2_000 })
    expect(diff(seen, known, EVERYONE, 0)).toEqual({ next: null, change: null })
  })

  test('keeps its maxima where the row is older than the snapshot', () => {
    const stale = row({ conversation_count: 2, last_contact_unix_secs: 1_500 })
    expect(diff(stale, known, EVERYONE, 0)).toEqual({ next: null, change: null })
    const dipped = row({ conversation_count: 2, last_contact_unix_secs: 2_500 })
    expect(diff(dipped, known, EVERYONE, 0)).toEqual({
      next: { ...known, last_contact: 2_500 },
      change: null,
    })
  })

  test('takes over a later contact without an event, and rises in a baseline too', () => {
    const later = diff(row({ conversation_count: 3, last_contact_unix_secs: 2_500 }), known, EVERYONE, 0)
    expect(later).toEqual({ next: { ...known, last_contact: 2_500 }, change: null })
    const silent: Announce = { everyone: false, firstContactAfter: Number.POSITIVE_INFINITY }
    expect(diff(row({ conversation_count: 4 }), known, silent, 0).change?.to).toBe(4)
  })
})

test('whatever order rows come in, the rises chain without a gap up to the maximum', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(counts, (seen) => {
      let snapshot: Snapshot | null = null
      let announced = 0
      for (const conversation_count of seen) {
        const { next, change } = diff(row({ conversation_count }), snapshot, EVERYONE, 0)
        if (change) {
          expect(change.from).toBe(announced)
          expect(change.to).toBeGreaterThanOrEqual(change.from)
          announced = change.to
        }
        snapshot = next ?? snapshot
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

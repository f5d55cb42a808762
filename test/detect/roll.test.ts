import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diff, isAsKnown, judge, type Rules } from '../../src/detect/diff.ts'
import { readPackedUsers } from '../../src/detect/read-packed.ts'
import { packSnapshot, type Snapshot } from '../../src/detect/snapshot.ts'
import { createRoll } from '../../src/detect/user-digest.ts'
import type { UserRow } from '../../src/types.ts'
import { row } from './rows.ts'

const SECS = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(2 ** 32, 2 ** 32 + 1, -1, 2 ** 52, -(2 ** 52)),
)
const snapshots = fc.record<Snapshot>({
  count: fc.integer({ min: 0, max: 3 }),
  last_contact: SECS,
  first_contact: fc.option(SECS),
  epoch: fc.integer({ min: 0, max: 2 }),
  fall: fc.option(fc.record({ count: fc.nat(2), scan: fc.nat(2) }), { freq: 2 }),
  absent: fc.boolean(),
  removed: fc.boolean(),
  sentiment: fc.constantFrom('unknown', 'fine', 'low'),
})
const rows = fc
  .record({
    conversation_count: fc.integer({ min: 0, max: 3 }),
    last_contact_unix_secs: SECS,
    first_contact_unix_secs: fc.option(SECS),
    sentiment: fc.constantFrom(null, { recent_average_sentiment_score: -1 }),
  })
  .map((fields) => row(fields as Partial<UserRow>))
/** Half of the rows say what the snapshot records. */
const pairs = fc.tuple(snapshots, rows, fc.boolean()).map(([snapshot, other, alike]) => ({
  snapshot,
  sight: alike
    ? {
        ...other,
        conversation_count: snapshot.count,
        last_contact_unix_secs: snapshot.last_contact,
        first_contact_unix_secs: snapshot.first_contact,
      }
    : other,
}))
const rulesets = fc.record<Rules>({
  announce: fc.constant({ everyone: true }),
  epoch: fc.constant(0),
  returnedAfterSecs: fc.constant(1),
  milestones: fc.constantFrom(null, [1, 2]),
  sentimentThreshold: fc.constantFrom(null, 0),
  fullScan: fc.constantFrom(null, { number: 2, lastComplete: 1, believed: 1 }),
})

describe('a row that says what is recorded', () => {
  test('is judged as every other row would be', () => {
    let short = 0
    fc.assert(
      fc.property(pairs, rulesets, ({ snapshot, sight }, rules) => {
        if (isAsKnown(sight, snapshot, rules)) short++
        expect(diff(sight, snapshot, rules)).toEqual(judge(sight, snapshot, rules))
      }),
      { numRuns: 3_000 },
    )
    expect(short).toBeGreaterThan(50)
  })

  test('is passed over by a scan only where the comparison would say nothing', () => {
    let passed = 0
    const live = { announce: { everyone: true }, epoch: 0, returnedAfterSecs: 1, milestones: [1] } as const
    fc.assert(
      fc.property(pairs, ({ snapshot, sight }) => {
        const roll = createRoll()
        roll.enter(sight.user_id, snapshot)
        if (!roll.meet(sight)) return
        passed++
        const rules: Rules = {
          ...live,
          sentimentThreshold: null,
          fullScan: { number: 2, lastComplete: 1, believed: 1 },
        }
        expect(judge(sight, snapshot, rules)).toEqual({ next: null, changes: [] })
      }),
      { numRuns: 3_000 },
    )
    expect(passed).toBeGreaterThan(50)
  })
})

describe('the roll', () => {
  test('knows who has been seen, and how many are missing, also of many thousand users', () => {
    const roll = createRoll()
    const plain = { count: 1, last_contact: 5, first_contact: 5, epoch: 0 }
    const snapshot: Snapshot = { ...plain, fall: null, absent: false, removed: false, sentiment: 'unknown' }
    const ids = Array.from({ length: 20_000 }, (_, i) => `user ${i}`)
    for (const id of ids) roll.enter(id, snapshot)
    roll.enter('gone already', { ...snapshot, removed: true })
    expect(roll.unseen).toBe(20_000)

    roll.see('newcomer')
    for (const id of ids.slice(1))
      expect(roll.meet(row({ user_id: id, last_contact_unix_secs: 6 }))).toBe(false)
    roll.see('user 7')
    expect(roll.unseen).toBe(1)
    expect([roll.hasSeen('user 0'), roll.hasSeen('user 7'), roll.hasSeen('newcomer')]).toEqual([
      false,
      true,
      true,
    ])

    roll.see('user 0')
    expect(roll.unseen).toBe(0)
  })
})

test('users are read from packed replies with ids of any alphabet, and without those that are skipped', () => {
  const snapshot: Snapshot = {
    count: 300,
    last_contact: 1_700_000_000,
    first_contact: null,
    epoch: 2 ** 20,
    fall: null,
    absent: true,
    removed: false,
    sentiment: 'low',
  }
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\0'), maxLength: 300 })),
      (ids) => {
        const packed = packSnapshot(snapshot)
        const records = ids.map((id) => {
          const head = Buffer.alloc(5)
          head.writeUInt32BE(Buffer.byteLength(id))
          head[4] = packed.length
          return Buffer.concat([head, packed])
        })
        const seen: string[] = []
        const read = readPackedUsers(Buffer.concat(records), Buffer.from(ids.join('')), (id, ofThem) => {
          seen.push(id)
          expect(ofThem()).toEqual(snapshot)
          return id.startsWith('a')
        })
        expect(seen).toEqual(ids)
        expect(read).toEqual(ids.filter((id) => !id.startsWith('a')).map((userId) => ({ userId, snapshot })))
      },
    ),
  )
})

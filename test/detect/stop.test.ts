import { describe, expect, test } from 'vitest'
import { isNewestFirst, mayStop, watermarkCandidate } from '../../src/detect/stop.ts'
import { row } from './rows.ts'

const at = (...times: number[]) => times.map((last_contact_unix_secs) => row({ last_contact_unix_secs }))
const users = (times: Record<string, number>) =>
  Object.entries(times).map(([user_id, last_contact_unix_secs]) => row({ user_id, last_contact_unix_secs }))

describe('a scan may stop early', () => {
  const page = {
    newestRead: 200,
    lastContactOfLastRow: 99,
    changes: 0,
    newestFirst: true,
    orderSeen: false,
    floor: 100,
  }
  test('where the page reaches below the floor and changed nothing', () => {
    expect(mayStop(page)).toBe(true)
  })
  test('where all rows are of one time, and older ones were seen below them before', () => {
    expect(mayStop({ ...page, newestRead: 99, orderSeen: true })).toBe(true)
  })
  test.each([
    ['at the floor, for ties', { lastContactOfLastRow: 100 }],
    ['while the page changed something', { changes: 1 }],
    ['out of order', { newestFirst: false }],
    ['in a full scan', { floor: null }],
    ['where all rows are of one time, which shows no order', { newestRead: 99 }],
    ['on a page without rows', { lastContactOfLastRow: null }],
  ])('not %s', (_, different) => {
    expect(mayStop({ ...page, ...different })).toBe(false)
  })
})

describe('newest first', () => {
  test('with ties, within a page and across pages', () => {
    expect(isNewestFirst(at(3, 2, 2, 1), [])).toBe(true)
    expect(isNewestFirst(at(3, 2), at(4, 3))).toBe(true)
    expect(isNewestFirst([], at(3))).toBe(true)
  })
  test('not when a later row is newer', () => {
    expect(isNewestFirst(at(2, 3), [])).toBe(false)
    expect(isNewestFirst(users({ b: 4, c: 2 }), users({ a: 3 }))).toBe(false)
  })
  test('although rows of the page before come again', () => {
    const before = users({ a: 9, b: 8, c: 7 })
    expect(isNewestFirst(users({ b: 8, c: 7, d: 6 }), before)).toBe(true)
    expect(isNewestFirst(users({ b: 8, c: 7 }), before)).toBe(true)
    expect(isNewestFirst(users({ b: 8, e: 8, c: 7 }), before)).toBe(false)
    expect(isNewestFirst(users({ c: 7, b: 8 }), before)).toBe(false)
  })
})

test('the watermark is the newest contact of the first page and never in the server’s future', () => {
  expect(watermarkCandidate(at(50, 40), 100)).toBe(50)
  expect(watermarkCandidate(at(4_000_000_000, 40), 100)).toBe(100)
  expect(watermarkCandidate([], 100)).toBeNull()
})

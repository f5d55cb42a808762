import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backoff } from '../../src/detect/backoff.ts'
import type { UpstreamErrorKind } from '../../src/elevenlabs/upstream-error.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

const wait = (over: Partial<Parameters<typeof backoff>[0]>) =>
  backoff({
    kind: 'passing',
    failures: 1,
    intervalMs: 30 * SECOND,
    retryAfterMs: null,
    tookMs: 0,
    random: () => 0,
    ...over,
  })
const waits = (over: Partial<Parameters<typeof backoff>[0]>) =>
  [1, 2, 3, 4, 5, 6, 50].map((failures) => wait({ failures, ...over }) / SECOND)

describe('what passes by itself', () => {
  test('is asked about again within half a minute, however long it has lasted', () => {
    expect(waits({})).toEqual([20, 20, 20, 20, 20, 20, 20])
    expect(waits({ intervalMs: SECOND })).toEqual([1, 2, 4, 8, 16, 20, 20])
    expect(waits({ intervalMs: 15 * MINUTE })).toEqual([900, 900, 900, 900, 900, 900, 900])
  })

  test('is noticed to be over within half a minute of that, also where polls hang until their deadline', async () => {
    const intervals = fc.integer({ min: SECOND, max: 30 * SECOND })
    const durations = fc.integer({ min: 0, max: 20 * SECOND })
    const kinds = fc.constantFrom<UpstreamErrorKind>('passing', 'bad_page')
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    await fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 1, max: 10_000 }),
        intervals,
        durations,
        share,
        (kind, failures, intervalMs, tookMs, random) => {
          const next = wait({ kind, failures, intervalMs, tookMs, random: () => random })
          // The poll that hung may have begun just before the end of the fault.
          expect(tookMs + next).toBeLessThan(27 * SECOND)
          expect(next).toBeGreaterThanOrEqual(Math.min(intervalMs, 5 * SECOND))
        },
      ),
    )
  })
})

test('what needs a person is asked about as often for some minutes, and then less and less, down to every five', () => {
  for (const kind of ['key', 'gone', 'request'] as const) {
    for (const intervalMs of [SECOND, 30 * SECOND]) {
      const later = [10, 11, 12, 13, 14, 50].map((failures) => wait({ kind, intervalMs, failures }) / SECOND)
      expect([...waits({ kind, intervalMs }).slice(0, 6), ...later]).toEqual([
        ...Array(7).fill(20),
        ...[40, 80, 160, 300, 300],
      ])
    }
    expect(waits({ kind, intervalMs: 15 * MINUTE })).toEqual([900, 900, 900, 900, 900, 900, 900])
  }
})

test('an upstream that asks to slow down is never asked sooner than at the interval or than it says', () => {
  expect(waits({ kind: 'slow_down' })).toEqual([30, 30, 30, 30, 30, 30, 30])
  expect(waits({ kind: 'slow_down', tookMs: 20 * SECOND })).toEqual([30, 30, 30, 30, 30, 30, 30])
  expect(waits({ kind: 'slow_down', intervalMs: SECOND })).toEqual([1, 2, 4, 8, 16, 20, 20])
  expect(wait({ kind: 'slow_down', retryAfterMs: 90 * SECOND })).toBe(90 * SECOND)
  expect(wait({ kind: 'passing', tookMs: 20 * SECOND, retryAfterMs: 90 * SECOND })).toBe(90 * SECOND)
  expect(wait({ kind: 'slow_down', retryAfterMs: Number.MAX_SAFE_INTEGER })).toBe(60 * MINUTE)
})

test('a refused cursor starts from the top at once, and only once without a pause', () => {
  expect(waits({ kind: 'cursor', intervalMs: SECOND })).toEqual([0, 2, 4, 8, 16, 20, 20])
})

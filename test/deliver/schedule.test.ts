import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wakesFor } from '../../src/deliver/follow-results.ts'
import { retryDelay } from '../../src/deliver/schedule.ts'

const SCHEDULE = [5_000, 300_000, 1_800_000]

function delay(over: Partial<Parameters<typeof retryDelay>[0]>) {
  return retryDelay({ schedule: SCHEDULE, attempt: 1, random: () => 0, retryAfterMs: null, ...over })
}

describe('a retry', () => {
  test.each([
    [1, 5_000],
    [2, 300_000],
    [3, 1_800_000],
    [4, null],
    [5, null],
  ])('after attempt %i waits %j ms', (attempt, expected) => {
    expect(delay({ attempt })).toBe(expected)
  })

  test('never comes without a schedule', () => {
    expect(delay({ schedule: [] })).toBeNull()
    expect(delay({ schedule: [], retryAfterMs: 1_000 })).toBeNull()
  })

  test.each([
    [0, 5_000],
    [4_999, 5_000],
    [60_000, 60_000],
    [1_800_000, 1_800_000],
    [1_800_001, 1_800_000],
    [Number.MAX_SAFE_INTEGER, 1_800_000],
  ])('that was asked to wait %i ms waits %i', (retryAfterMs, expected) => {
    expect(delay({ retryAfterMs })).toBe(expected)
  })

  test('is not asked for once the schedule is used up', () => {
    expect(delay({ attempt: 4, retryAfterMs: 1_000 })).toBeNull()
  })

  test('is spread by up to 10 %', () => {
    expect(delay({ random: () => 0.5 })).toBe(5_250)
    expect(delay({ random: () => 0.99 })).toBe(5_495)
    expect(delay({ random: () => 0.5, retryAfterMs: 60_000 })).toBe(63_000)
  })
})

test('laws: never below what is due, never 10 % above it, never beyond the longest step', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 1, maxLength: 12 })
  const asked = fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }))
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 14 }),
      random,
      asked,
      (schedule, attempt, luck, retryAfterMs) => {
        const wait = retryDelay({ schedule, attempt, random: () => luck, retryAfterMs })
        const step = schedule[attempt - 1]
        if (step === undefined) {
          expect(wait).toBeNull()
          return
        }
        const due = Math.min(Math.max(step, retryAfterMs ?? 0), Math.max(...schedule))
        expect(wait).toBeGreaterThanOrEqual(due)
        expect(wait).toBeLessThanOrEqual(due * 1.1)
        expect(Number.isSafeInteger(wait)).toBe(true)
      },
    ),
  )
})

test('retries that come back together need few wakes, each when the last of its group is due', () => {
  const waits = Array.from({ length: 1_000 }, (_, i) => 300_000 + 30 * i)
  const wakes = wakesFor(waits)
  expect(wakes.length).toBeLessThan(10)
  expect(wakes.at(-1)).toBe(waits.at(-1))
  for (const wait of waits) {
    const wake = wakes.find((one) => one >= wait) ?? Number.POSITIVE_INFINITY
    expect(wake - wait).toBeLessThanOrEqual(wait / 64)
  }
  expect(wakesFor([])).toEqual([])
  expect(wakesFor([5_000, 0, 5_000, 300_000])).toEqual([0, 5_000, 300_000])
})

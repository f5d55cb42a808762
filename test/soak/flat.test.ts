import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeFlatness, type Point } from './flat.ts'
import { plot } from './plot.ts'

const ALLOWED = { share: 0.1, least: 5 }
const line = (count: number, valueAt: (i: number) => number): Point[] =>
  Array.from({ length: count }, (_, i) => ({ at: i * 1_000, value: valueAt(i) }))
const isFlat = (points: Point[]) => judgeFlatness(points, ALLOWED).flat
/** Noise of a seed, between -1 and 1. */
const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 300, maxLength: 300 })

describe('is flat', () => {
  test('a level with noise, however large, in a run of any length', () => {
    fc.assert(
      fc.property(
        noise,
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 0, max: 99 }),
        (jitter, length, size) => {
          expect(isFlat(line(length, (i) => 100 + size * (jitter[i] ?? 0)))).toBe(true)
        },
      ),
      // Chance has its say where the noise is as large as the level: the same noise each time.
      { seed: 1, numRuns: 300 },
    )
  })

  test('garbage that comes and goes', () => {
    expect(isFlat(line(600, (i) => 100 + (i % 70)))).toBe(true)
    expect(isFlat(line(100, (i) => 100 + (i % 70)))).toBe(true)
  })

  test('what is taken once and for all, early or late', () => {
    for (const step of [30, 150, 290]) expect(isFlat(line(300, (i) => (i < step ? 100 : 150)))).toBe(true)
    expect(isFlat(line(300, (i) => 200 - 100 * 0.97 ** i))).toBe(true)
  })

  test('what falls, and what is hardly there', () => {
    expect(isFlat(line(300, (i) => 500 - i))).toBe(true)
    expect(isFlat([])).toBe(true)
    expect(isFlat(line(1, () => 5))).toBe(true)
  })
})

describe('is not flat', () => {
  test('a leak below noise and garbage that are larger than it', () => {
    fc.assert(
      fc.property(noise, (jitter) => {
        expect(isFlat(line(300, (i) => 100 + 0.2 * i + 10 * (jitter[i] ?? 0)))).toBe(false)
        expect(isFlat(line(300, (i) => 100 + 0.2 * i + (i % 9) * 10))).toBe(false)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('a few connections that are never closed', () => {
    expect(isFlat(line(300, (i) => 20 + Math.floor(i / 30)))).toBe(false)
  })
})

test('tells what it rises in an hour', () => {
  const { perHour, rise } = judgeFlatness(
    line(601, (i) => 100 + i),
    ALLOWED,
  )
  expect(perHour).toBeCloseTo(3_600, 0)
  expect(rise).toBeGreaterThan(500)
})

test('the plot has each line, and says which is not flat', () => {
  const points = line(2_000, (i) => i)
  const svg = plot(
    'A <run>',
    [
      { name: 'heap', unit: 'MB', points, wrong: true },
      { name: 'sockets', unit: '', points: [], wrong: false },
    ],
    100_000,
  )
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  expect(svg).toContain('A &lt;run>')
  expect(svg).toContain('heap: 1,999 MB at the end, 1,999 at most, NOT FLAT')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

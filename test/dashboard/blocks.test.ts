import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK, blocksOf } from '../../dashboard/src/parts/blocks.ts'

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `row ${from + i}`)
const remembered = (ids: string[], numbers: number[]) => new Map(ids.map((id, i) => [id, numbers[i] ?? 0]))

test('rows are in blocks of fifty', () => {
  const numbers = blocksOf(range(0, 120), new Map())
  expect(
    [...Map.groupBy(numbers, (number) => number)].map(([number, { length }]) => [number, length]),
  ).toEqual([
    [0, BLOCK],
    [1, BLOCK],
    [2, 20],
  ])
})

test('a row stays in its block, whatever comes before and behind it, and goes from anywhere', () => {
  const change = fc.record({ before: fc.nat(130), behind: fc.nat(130), gone: fc.array(fc.nat(400)) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      let ids = range(10_000, 10_100)
      let numbers = blocksOf(ids, new Map())
      let [first, last] = [10_000, 10_100]
      for (const { before, behind, gone } of changes) {
        const kept = remembered(ids, numbers)
        const there = ids.filter((_, i) => !gone.includes(i))
        ids = [...range(first - before, first), ...there, ...range(last, last + behind)]
        first -= before
        last += behind
        numbers = blocksOf(ids, kept)
        if (there.length > 0) {
          for (const [i, id] of ids.entries()) if (kept.has(id)) expect(numbers[i]).toBe(kept.get(id))
        }
        // From the top down, and none too large.
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        for (const [, { length }] of Map.groupBy(numbers, (number) => number)) {
          expect(length).toBeLessThanOrEqual(BLOCK)
        }
      }
    }),
  )
})

test('rows that change places are still drawn in their order', () => {
  const ids = range(0, 200)
  fc.assert(
    fc.property(fc.shuffledSubarray(ids), (shuffled) => {
      const numbers = blocksOf(shuffled, remembered(ids, blocksOf(ids, new Map())))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }),
  )
})

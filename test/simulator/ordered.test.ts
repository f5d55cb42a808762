import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOrdered, type Place } from '../../src/simulator/ordered.ts'

const operation = fc.record({
  rank: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Number.POSITIVE_INFINITY)),
  ordinal: fc.integer({ min: 0, max: 60 }),
  kind: fc.constantFrom('insert', 'remove', 'freeze'),
})

test('it stays equal to a plain sorted array, and what was frozen stays as it was', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3000 }),
      fc.array(operation, { maxLength: 200 }),
      (filler, operations) => {
        let model: Place[] = Array.from({ length: filler }, (_, i) => ({ rank: i % 7, ordinal: 1000 + i }))
        const ordered = createOrdered((place: Place) => place, model)
        const frozen: { list: ReturnType<typeof ordered.freeze>; model: Place[] }[] = []
        for (const { kind, rank, ordinal } of operations) {
          const isSame = (other: Place) => other.rank === rank && other.ordinal === ordinal
          if (kind === 'freeze') frozen.push({ list: ordered.freeze(), model })
          else if (kind === 'remove') {
            ordered.remove({ rank, ordinal })
            model = model.filter((other) => !isSame(other))
          } else if (!model.some(isSame)) {
            ordered.insert({ rank, ordinal })
            model = [...model, { rank, ordinal }]
          }
        }
        const sorted = sort(model)
        expect(ordered.size).toBe(sorted.length)
        expect(ordered.from(0, 1e6)).toEqual(sorted)
        expect(ordered.from(3, 4)).toEqual(sorted.slice(3, 7))
        for (const { rank, ordinal } of operations) {
          const place = { rank, ordinal }
          const behind = sorted.filter((other) => sort([place, other])[0] === place && !isEqual(place, other))
          expect(ordered.after(place, 5)).toEqual(behind.slice(0, 5))
        }
        for (const { list, model: kept } of frozen) expect(list.from(0, 1e6)).toEqual(sort(kept))
      },
    ),
    { numRuns: 60 },
  )
})

test('it stays sorted while items behind many chunks move to the top', () => {
  const items = Array.from({ length: 5000 }, (_, i) => ({ rank: i, ordinal: i }))
  const ordered = createOrdered((place: Place) => place, items)
  for (let i = 0; i < 5000; i++) {
    const ordinal = (i * 7919) % 5000
    ordered.remove({ rank: ordinal, ordinal })
    ordered.insert({ rank: -1 - i, ordinal })
  }
  const ranks = ordered.from(0, 1e6).map((place) => place.rank)
  expect(ranks).toEqual(Array.from({ length: 5000 }, (_, i) => i - 5000))
})

function sort(places: Place[]): Place[] {
  return places.toSorted((a, b) => (a.rank === b.rank ? a.ordinal - b.ordinal : a.rank < b.rank ? -1 : 1))
}

function isEqual(a: Place, b: Place): boolean {
  return a.rank === b.rank && a.ordinal === b.ordinal
}

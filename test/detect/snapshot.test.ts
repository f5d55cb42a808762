import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSnapshot, packSnapshot, type Snapshot, unpackSnapshot } from '../../src/detect/snapshot.ts'

const secs = fc.integer({ min: -(2 ** 51), max: 2 ** 51 })
const snapshots: fc.Arbitrary<Snapshot> = fc.record({
  count: fc.integer({ min: 0, max: 2 ** 52 }),
  last_contact: secs,
  first_contact: fc.option(secs),
  epoch: fc.nat({ max: 2 ** 40 }),
  fall: fc.option(fc.record({ count: fc.nat({ max: 2 ** 30 }), scan: fc.nat({ max: 2 ** 30 }) })),
  absent: fc.boolean(),
  removed: fc.boolean(),
  sentiment: fc.constantFrom('unknown', 'fine', 'low'),
})

test('what is packed is unpacked, whatever the numbers', () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(unpackSnapshot(packSnapshot(snapshot))).toEqual(snapshot)
    }),
    { numRuns: 2000 },
  )
})

test('a snapshot stays within the 64 bytes of a listpack value', () => {
  fc.assert(fc.property(snapshots, (snapshot) => packSnapshot(snapshot).length <= 64))
  const usual = newSnapshot({
    count: 42,
    last_contact: 1_685_404_800,
    first_contact: 1_677_628_800,
    epoch: 0,
  })
  expect(packSnapshot(usual).length).toBeLessThanOrEqual(13)
})

test('a damaged or newer snapshot is refused and not guessed', () => {
  const packed = packSnapshot(
    newSnapshot({ count: 300, last_contact: 1_685_404_800, first_contact: null, epoch: 0 }),
  )
  expect(() => unpackSnapshot(packed.subarray(0, 4))).toThrow(/damaged/)
  expect(() => unpackSnapshot(Buffer.from([0x02, 1, 1, 0]))).toThrow(/layout 2/)
  expect(() => unpackSnapshot(Buffer.alloc(0))).toThrow(/layout 0/)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../simulation/random.ts'
import { ALL_KINDS, LOSSY, planFaults } from './plan.ts'

const parties = { processes: ['a', 'b'], receivers: ['ep_1', 'ep_2'] }
const plan = (seed: number, durationMs: number, count: number, lossless = false) =>
  planFaults(createRandom(seed), { durationMs, count, ...parties, lossless })

test('a seed has one plan, in which no target suffers two faults at a time', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1_000, max: 600_000 }),
      fc.integer({ min: 1, max: 300 }),
      (...of) => {
        const faults = plan(...of)
        expect(plan(...of)).toEqual(faults)
        for (const target of new Set(faults.map((fault) => fault.target))) {
          const mine = faults.filter((fault) => fault.target === target)
          mine.reduce((end, { at, holdMs }) => {
            expect(at).toBeGreaterThanOrEqual(end)
            return at + holdMs
          }, 0)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('a long plan has every kind, and without loss none of those that lose', () => {
  const kinds = (lossless: boolean) => new Set(plan(1, 3_600_000, 4_000, lossless).map(({ kind }) => kind))
  expect([...kinds(false)].toSorted()).toEqual(ALL_KINDS.map(({ kind }) => kind).toSorted())
  for (const kind of LOSSY) expect(kinds(true)).not.toContain(kind)
})

import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { connectRedis } from '../../src/redis/connect.ts'
import { describeBroken } from './many.ts'
import { run } from './run.ts'
import type { Scenario } from './scenarios.ts'

const share = (max: number) => fc.integer({ min: 0, max: 100 }).map((n) => (n * max) / 100)
const maybe = (max: number) => fc.oneof(fc.constant(0), share(max))

/** Any mixture of everything that a scenario can hold. */
const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  name: fc.constant('any'),
  users: fc.integer({ min: 3, max: 80 }),
  stepSecs: fc.integer({ min: 1, max: 120 }),
  outages: share(0.02),
  calls: fc.integer({ min: 0, max: 8 }),
  newcomers: maybe(1),
  ties: maybe(1),
  late: maybe(0.5),
  latestSecs: fc.integer({ min: 1, max: 7_200 }),
  deletions: maybe(0.1),
  returns: maybe(0.1),
  falls: maybe(0.1),
  future: maybe(0.2),
  stale: maybe(0.3),
  crashes: maybe(0.5),
  restores: maybe(0.02),
  callsBetweenPages: maybe(0.3),
  errors: maybe(0.05),
  cursors: fc.uniqueArray(fc.constantFrom('offset' as const, 'keyset' as const, 'snapshot' as const), {
    minLength: 1,
  }),
  topSuffices: fc.constant(false),
})

/** `npm run test:models` runs more. */
const RUNS = Number(process.env.MODEL_RUNS ?? 12)

test('whatever happens in whatever mixture, nothing is missed and nothing is made up', async () => {
  const redis = connectRedis(inject('redisTarget'), 'simulation')
  try {
    await fc.assert(
      fc.asyncProperty(anyScenario, fc.integer({ min: 1, max: 1_000_000 }), async (scenario, seed) => {
        const result = await run(redis, scenario, seed, 60)
        expect(result.violations.length === 0 ? '' : describeBroken('any', result, scenario)).toBe('')
      }),
      // A scenario cannot be shrunk to much: what it prints runs it again.
      { numRuns: RUNS, endOnFailure: true },
    )
  } finally {
    redis.disconnect()
  }
}, 3_600_000)

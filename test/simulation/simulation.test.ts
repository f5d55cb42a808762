import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connectRedis } from '../../src/redis/connect.ts'
import { describeBroken, runMany } from './many.ts'
import { isCaught, TABLE } from './mutants.ts'
import { run } from './run.ts'
import { SCENARIOS } from './scenarios.ts'

const STEPS = 150
/** Beside the fixed seeds, others at each run of the tests: printed, so that they can be repeated. */
const FRESH_SEED = randomInt(1_000_000, 2_000_000_000)

let redis: ReturnType<typeof connectRedis>
beforeAll(() => {
  redis = connectRedis(inject('redisTarget'), 'simulation')
  console.log(`The simulation's fresh seed is ${FRESH_SEED}.`)
})
afterAll(() => redis.disconnect())

test('a seed decides a run, whatever ran before', async () => {
  const [scenario] = SCENARIOS.filter(({ name }) => name === 'deletions')
  if (scenario === undefined) throw new Error('The scenario is gone.')
  const first = await run(redis, scenario, 7, STEPS)
  const other = await run(redis, scenario, 8, STEPS)
  const again = await run(redis, scenario, 7, STEPS)
  expect(again.trace).toBe(first.trace)
  expect(other.trace).not.toBe(first.trace)
  expect(first.events).toBeGreaterThan(20)
})

describe('nothing is missed and nothing is made up', () => {
  test.each(SCENARIOS)('$name', async (scenario) => {
    const socket = inject('redisTarget')
    for (const firstSeed of [1, FRESH_SEED]) {
      const summary = await runMany({ socket, scenario, firstSeed, runs: 2, steps: STEPS })
      expect(summary.broken.map((result) => describeBroken(scenario.name, result))).toEqual([])
      // It was a run worth its name.
      expect(summary.events).toBeGreaterThan(50)
      expect(summary.polls).toBeGreaterThan(50)
    }
  })
})

describe('the simulation notices', () => {
  test.each(TABLE)(
    '$name',
    async (mutant) => {
      const { caught, output } = await isCaught(inject('redisTarget'), mutant)
      expect(caught, output).toBe(true)
    },
    240_000,
  )

  test('nothing where nothing is broken', async () => {
    const untouched = { name: 'untouched', scenario: 'busy', patches: [] }
    const { caught, output } = await isCaught(inject('redisTarget'), untouched, { runs: 4, steps: STEPS })
    expect([caught, output]).toEqual([false, expect.stringContaining('4 runs')])
    expect(output).toContain('0 runs broken')
  })

  test('a mutant that no longer fits the source is an error and no success', async () => {
    const lost = {
      name: 'lost',
      scenario: 'busy',
      patches: [{ file: 'ids.ts', find: 'no such text', replace: '' }],
    }
    await expect(isCaught(inject('redisTarget'), lost)).rejects.toThrow(/fits 0 places/)
  })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createQuarantine, KEPT_ROWS, REMEMBERED_ROWS } from '../../src/detect/quarantine.ts'
import { createStage, type Stage } from '../support/stage.ts'

const SRC = 'src_a'
let stage: Stage
let quarantine: ReturnType<typeof createQuarantine>
beforeEach(async () => {
  stage = await createStage()
  quarantine = createQuarantine(stage)
})
afterEach(() => stage.close())

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ row: JSON.stringify({ user_id: from + i }), reason: 'odd' }))
const newest = async (limit: number) =>
  (await quarantine.list(SRC, { after: null, limit })).data.map(({ row }) => JSON.parse(row).user_id)

async function kept() {
  const { quarantine: texts, quarantined } = stage.keys.source(SRC)
  return { texts: await stage.redis.hlen(texts), rows: await stage.redis.zcard(quarantined) }
}

test('a row is kept and counted once', async () => {
  expect(await quarantine.add(SRC, rows(0, 3))).toBe(3)
  stage.clock.ms += 1_000
  expect(await quarantine.add(SRC, rows(2, 2))).toBe(1)
  expect(await quarantine.add(SRC, [...rows(9, 1), ...rows(9, 1)])).toBe(1)
  expect(await kept()).toEqual({ texts: 5, rows: 5 })
})

test('of more than are kept the oldest texts go, and what comes is counted on', async () => {
  for (let from = 0; from < KEPT_ROWS + 700; from += 100) {
    stage.clock.ms += 10
    expect(await quarantine.add(SRC, rows(from, 100))).toBe(100)
  }
  expect(await kept()).toEqual({ texts: KEPT_ROWS, rows: KEPT_ROWS + 700 })
  expect((await newest(100)).sort()).toEqual(rows(KEPT_ROWS + 600, 100).map((_, i) => KEPT_ROWS + 600 + i))
  // What is no longer shown is no news either.
  expect(await quarantine.add(SRC, rows(0, 1_000))).toBe(0)
  expect(await quarantine.add(SRC, rows(50_000, 1))).toBe(1)
  stage.clock.ms += 10
  await quarantine.add(SRC, rows(60_000, 1))
  expect(await newest(1)).toEqual([60_000])
})

test('all rows of one page at once leave the texts of as many as are kept', async () => {
  expect(await quarantine.add(SRC, rows(0, 12_500))).toBe(12_500)
  expect(await kept()).toEqual({ texts: KEPT_ROWS, rows: REMEMBERED_ROWS })
  const shown = await newest(KEPT_ROWS + 1)
  expect(new Set(shown).size).toBe(KEPT_ROWS)
})

test('pages miss and repeat nothing while rows come', async () => {
  for (let i = 0; i < 60; i++) {
    if (i % 7 === 0) stage.clock.ms++
    await quarantine.add(SRC, rows(i, 1))
  }
  const seen: number[] = []
  let after: Parameters<typeof quarantine.list>[1]['after'] = null
  do {
    const page = await quarantine.list(SRC, { after, limit: 7 })
    seen.push(...page.data.map(({ row }) => JSON.parse(row).user_id))
    after = page.next
    stage.clock.ms++
    await quarantine.add(SRC, rows(1_000 + seen.length, 3))
  } while (after !== null)
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i))
})

test('rows go with the retention, and with their user', async () => {
  await quarantine.add(SRC, rows(0, 2_300))
  // Far enough: what comes at once is put one millisecond apart.
  stage.clock.ms += 10_000
  const end = stage.clock.ms
  await quarantine.add(SRC, rows(5_000, 2))
  await quarantine.expire(SRC, end)
  expect(await kept()).toEqual({ texts: 2, rows: 2 })
  expect(await quarantine.erase(SRC, '5000')).toBe(1)
  expect(await kept()).toEqual({ texts: 1, rows: 1 })
  // What has gone is new where it is still listed.
  expect(await quarantine.add(SRC, rows(0, 1))).toBe(1)
})

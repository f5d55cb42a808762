import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { ScalingResult } from '../../bench/scaling/section.ts'

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

test('the bench of scaling runs with 1, 2 and 4 pollers and as many senders, and writes its figures as JSON', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-bench-test-'))
  const json = join(folder, 'figures.json')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'scaling',
      '--quick',
      '--json',
      json,
    ])
    const { scaling } = JSON.parse(await readFile(json, 'utf8')) as { scaling: ScalingResult }
    expect(scaling.polling.map(({ processes, shares }) => [processes, shares.length])).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
    ])
    for (const { polls_per_second } of scaling.polling) expect(polls_per_second).toBeGreaterThan(0)
    expect(scaling.delivering.map(({ processes }) => processes)).toEqual([1, 2, 4])
    for (const { deliveries_per_second } of scaling.delivering) {
      expect(deliveries_per_second).toBeGreaterThan(0)
    }
    expect(stdout).toContain('| deliveries /s |')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { DetectionResult } from '../../bench/detection/section.ts'

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

test('the bench of detection runs, counts requests exactly and writes its figures as JSON', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-bench-test-'))
  const json = join(folder, 'figures.json')
  try {
    const run = promisify(execFile)(process.execPath, [main, 'detection', '--quick', '--json', json])
    const { stdout } = await run
    const { detection, quick } = JSON.parse(await readFile(json, 'utf8')) as {
      detection: DetectionResult
      quick: boolean
    }
    expect(quick).toBe(true)
    // A quiet poll is one request, whatever the number of users; ten callers cost their page and one more.
    const polls = { quiet: [1, 1, 1], ten_recent_called: 2, after_them: 1, ten_old_called: 2, after_those: 1 }
    expect(detection.requests).toEqual([
      { users: 1_000, ...polls },
      { users: 3_000, ...polls },
    ])
    // 30 pages, with the head poll that comes before a full scan; none comes before a baseline.
    expect(detection.baseline).toMatchObject({ users: 3_000, requests: 30 })
    expect(detection.full_scan).toMatchObject({ users: 3_000, requests: 31 })
    const used = {
      wall_ms: expect.any(Number),
      cpu_ms: expect.any(Number),
      rss: { every_ms: expect.any(Number), mb: expect.any(Array), peak_mb: expect.any(Number) },
    }
    expect(detection.full_scan.pairs).toEqual([
      { floor: used, scan: used, wall_ratio: expect.any(Number), cpu_ratio: expect.any(Number) },
    ])
    expect(detection.redis_bytes.map(({ ids }) => ids)).toEqual(['10 digits', '24 characters', 'UUID'])
    expect(Object.keys(detection.stages.quiet)).toEqual(Object.keys(detection.stages.ten_called))
    expect(stdout).toContain('| known users | quiet poll |')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

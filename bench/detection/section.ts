import type { PollReport } from '../../src/detect/poll.ts'
import { readServerVersion } from '../../src/redis/check-server.ts'
import { beside } from '../beside.ts'
import { nextMessage, runChild, startChild } from '../children.ts'
import { median, rounded, type Used } from '../measure.ts'
import { startBenchRedis } from '../redis.ts'
import type { Section } from '../section.ts'
import { measureRedisBytes, type RedisBytes } from './redis-bytes.ts'
import { countRequests, type RequestCounts } from './requests.ts'
import { type Stages, timeStages } from './stages.ts'
import { detectionTables } from './tables.ts'

/** A scan and the floor that was measured beside it. */
export interface Pair {
  floor: Used
  scan: Used
  wall_ratio: number
  cpu_ratio: number
}

export interface DetectionResult {
  redis: string
  requests: RequestCounts[]
  baseline: Used & { users: number; requests: number }
  full_scan: {
    users: number
    requests: number
    pairs: Pair[]
    wall_ratio: number
    cpu_ratio: number
    peak_rss_mb: number
  }
  redis_bytes: RedisBytes[]
  stages: Stages
}

const here = (file: `${string}.ts`) => beside(file, import.meta.url)

export const benchDetection: Section = async ({ quick, rounds, say }) => {
  const sizes = quick ? [1_000, 3_000] : [1_000, 100_000, 1_000_000]
  const { redis, server, close } = await startBenchRedis()
  try {
    const { version } = readServerVersion(await redis.info())
    const largest = sizes.at(-1) ?? 0
    say(`Redis bytes a user, ${largest.toLocaleString('en-US')} users for each kind of id`)
    const redis_bytes = await measureRedisBytes(redis, largest)
    const lists = []
    for (const users of sizes) {
      lists.push(await measureList({ socket: server.socketPath, users, last: users === largest }))
    }
    const last = lists.at(-1)
    if (last?.full_scan == null || last.stages == null) throw new Error('The largest list was not measured.')
    const result: DetectionResult = {
      redis: version,
      requests: lists.map(({ requests }) => requests),
      baseline: last.baseline,
      full_scan: last.full_scan,
      redis_bytes,
      stages: last.stages,
    }
    return { result, tables: detectionTables(result) }
  } finally {
    await close()
  }

  /** Everything that is measured on one list; the long measurements on the last one alone. */
  async function measureList({ socket, users, last }: { socket: string; users: number; last: boolean }) {
    say(`A list of ${users.toLocaleString('en-US')} users: baseline, requests of polls`)
    const upstream = startChild(here('./upstream-process.ts'), { users })
    try {
      const { url } = await nextMessage<{ url: string }>(upstream)
      const place = { socket, upstream: url, prefix: `b${users}` }
      const { result: report, ...used } = await runChild<Used & { result: PollReport }>(
        here('./scan-process.ts'),
        {
          ...place,
          full: false,
        },
      )
      const baseline = { users, requests: report.requests, ...used }
      const requests = await countRequests(place, users)
      const stages = last ? await timeStages(place, quick ? 5 : 60) : null
      const full_scan = last ? await scanPairs(place, users) : null
      return { baseline, requests, stages, full_scan }
    } finally {
      await upstream.end()
    }
  }

  /** Floor and scan in turn, each in a fresh process of the same kind, so that what else loads the machine loads both. */
  async function scanPairs(place: object, users: number): Promise<DetectionResult['full_scan']> {
    const pairs: Pair[] = []
    let requests = 0
    for (let round = 0; round < rounds; round++) {
      const { result: _, ...floor } = await runChild<Used & { result: unknown }>(
        here('./floor-process.ts'),
        place,
      )
      const { result, ...scan } = await runChild<Used & { result: PollReport }>(here('./scan-process.ts'), {
        ...place,
        full: true,
      })
      requests = result.requests
      const wall_ratio = rounded(scan.wall_ms / floor.wall_ms)
      const cpu_ratio = rounded(scan.cpu_ms / floor.cpu_ms)
      pairs.push({ floor, scan, wall_ratio, cpu_ratio })
      say(
        `Full scan, pair ${round + 1} of ${rounds}: floor ${floor.wall_ms} ms, scan ${scan.wall_ms} ms, ratio ${wall_ratio}`,
      )
    }
    return {
      users,
      requests,
      pairs,
      wall_ratio: rounded(median(pairs.map((pair) => pair.wall_ratio))),
      cpu_ratio: rounded(median(pairs.map((pair) => pair.cpu_ratio))),
      peak_rss_mb: Math.max(...pairs.map(({ scan }) => scan.rss.peak_mb)),
    }
  }
}

import { table } from '../table.ts'
import type { DetectionResult } from './section.ts'

/** The figures of the section as tables. */
export function detectionTables(result: DetectionResult): string[] {
  const { full_scan, baseline, stages } = result
  const secs = (ms: number) => ms / 1000
  return [
    table(
      ['known users', 'quiet poll', '10 recent called', 'poll after', '10 old called', 'poll after '],
      result.requests.map((one) => [
        one.users.toLocaleString('en-US'),
        one.quiet.join(', '),
        one.ten_recent_called,
        one.after_them,
        one.ten_old_called,
        one.after_those,
      ]),
    ),
    table(
      ['full scan', 'floor s', 'scan s', 'ratio', 'floor CPU s', 'scan CPU s', 'CPU ratio', 'peak RSS MB'],
      [
        ...full_scan.pairs.map(({ floor, scan, wall_ratio, cpu_ratio }, i) => [
          `pair ${i + 1}`,
          secs(floor.wall_ms),
          secs(scan.wall_ms),
          wall_ratio,
          secs(floor.cpu_ms),
          secs(scan.cpu_ms),
          cpu_ratio,
          scan.rss.peak_mb,
        ]),
        ['median', '', '', full_scan.wall_ratio, '', '', full_scan.cpu_ratio, full_scan.peak_rss_mb],
      ],
    ),
    table(
      ['first baseline', 'requests', 's', 'CPU s', 'peak RSS MB'],
      [
        [
          `${baseline.users.toLocaleString('en-US')} users`,
          baseline.requests,
          secs(baseline.wall_ms),
          secs(baseline.cpu_ms),
          baseline.rss.peak_mb,
        ],
      ],
    ),
    table(
      ['ids', 'users', 'Redis bytes a user'],
      result.redis_bytes.map(({ ids, users, bytes_per_user }) => [ids, users, bytes_per_user]),
    ),
    table(
      ['stage of a poll', 'quiet ms', '10 called ms'],
      Object.entries(stages.quiet).map(([name, ms]) => [name, ms, stages.ten_called[name] ?? 0]),
    ),
  ]
}

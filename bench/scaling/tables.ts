import { table } from '../table.ts'
import type { ScalingResult } from './section.ts'

/** The figures of the section as tables. */
export function scalingTables({
  sources,
  polling,
  endpoints,
  deliveries,
  delivering,
}: ScalingResult): string[] {
  return [
    table(
      [
        `pollers, ${sources.toLocaleString('en-US')} sources`,
        'polls /s',
        'ratio',
        'shares',
        'Node ms',
        'Redis ms',
      ],
      polling.map((one) => [
        String(one.processes),
        one.polls_per_second,
        one.ratio,
        one.shares.map((share) => `${Math.round(share * 100)} %`).join(', '),
        one.node_ms,
        one.redis_ms,
      ]),
    ),
    table(
      [
        `senders, ${deliveries.toLocaleString('en-US')} to ${endpoints} endpoints`,
        'deliveries /s',
        'ratio',
        'Node µs',
        'Redis µs',
      ],
      delivering.map((one) => [
        String(one.processes),
        one.deliveries_per_second,
        one.ratio,
        one.node_us,
        one.redis_us,
      ]),
    ),
  ]
}

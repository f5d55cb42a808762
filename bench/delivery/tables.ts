import { table } from '../table.ts'
import type { DeliveryResult } from './section.ts'

/** The figures of the section as tables. */
export function deliveryTables({ throughput, latency, isolation, outage }: DeliveryResult): string[] {
  const tables = [
    throughput.rounds.length > 0 &&
      table(
        [
          'throughput',
          'raw undici /s',
          'ringpost /s',
          'ratio',
          'raw Node µs',
          'Node µs',
          'Redis µs',
          'connections',
        ],
        [
          ...throughput.rounds.map((round, i) => [
            `round ${i + 1}`,
            round.raw_per_second,
            round.per_second,
            round.ratio,
            round.raw_us,
            round.node_us,
            round.redis_us,
            round.connections,
          ]),
          ['median', '', '', throughput.ratio, '', '', '', ''],
        ],
      ),
    latency.length > 0 &&
      table(
        ['latency at', 'events', 'p50 ms', 'p99 ms', 'max ms'],
        latency.map((one) => [`${one.per_second}/s`, one.events, one.p50_ms, one.p99_ms, one.max_ms]),
      ),
    isolation.rounds.length > 0 &&
      table(
        ['isolation', 'p99 of nine, ms', 'beside one that hangs, ms', 'ratio'],
        [
          ...isolation.rounds.map((round, i) => [
            `round ${i + 1}`,
            round.p99_ms,
            round.beside_hanging_p99_ms,
            round.ratio,
          ]),
          ['median', '', '', isolation.ratio],
        ],
      ),
    outage !== null &&
      table(
        ['an outage', 'figure'],
        [
          ['events', outage.events],
          ['seconds down', outage.down_seconds],
          ['attempts while down', outage.attempts_while_down],
          ['delivered once it was up', outage.delivered],
          ['requests at the receiver', outage.received],
          ['Redis bytes a delivery that waits', outage.bytes_waiting],
          ['Redis bytes a delivery with its attempt', outage.bytes_delivered],
        ],
      ),
  ]
  return tables.filter((one) => one !== false)
}

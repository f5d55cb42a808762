import type { Crashes, CrashPoint } from './crashes.ts'
import type { Recovery } from './each.ts'
import { stageOf } from './effects.ts'
import type { FailoverResult } from './failover.ts'
import type { Reconciliation, Violation } from './reconcile.ts'
import type { ChaosResult } from './run.ts'

/** Broken promises that are printed. */
const MOST = 20

/** What a run has come to, for people. */
export function describeRun(result: ChaosResult): string {
  const { faults, duplicates, violations, decisions } = result
  const sum = (numbers: Record<string, number>) => Object.values(numbers).reduce((total, n) => total + n, 0)
  const rows: [string, string | number][] = [
    ['seed', result.seed],
    ['layout', result.layout],
    ['faults', sum(faults)],
    ['calls', result.calls],
    ['events', result.events],
    ['deliveries', result.deliveries],
    ['requests to receivers', result.requests],
    ['accepted again', sum(duplicates)],
    ['rises lost with Redis, as documented', result.excused],
    ['floods and removals that a person let through', decisions.accepted],
    ['endpoints that a person enabled again', decisions.enabled],
    ['quiet after the last fault (s)', (result.quietAfterMs / 1000).toFixed(1)],
    ['broken promises', violations.length],
  ]
  const parts = [
    table(rows),
    `Faults\n${table(Object.entries(faults).toSorted(([a], [b]) => a.localeCompare(b)))}`,
    ...(sum(duplicates) > 0 ? [`Accepted again, because\n${table(Object.entries(duplicates))}`] : []),
    ...describeViolations(violations),
  ]
  return parts.join('\n\n')
}

/** How long each fault by itself was felt, for people. */
export function describeEach(recoveries: readonly Recovery[], found: Reconciliation): string {
  const rows = recoveries.map(({ kind, recoveredMs }): [string, string] => [
    kind,
    recoveredMs === null ? 'NOT RECOVERED' : `${(recoveredMs / 1000).toFixed(1)} s`,
  ])
  return [table(rows), ...describeViolations(found.violations)].join('\n\n')
}

/** Which side effects a process has died at, as a table in Markdown, by stage. */
export function describeCrashes({ results, seen, found }: Crashes): string {
  const effects = [...new Set(results.map(({ effect }) => effect))]
  const cell = (effect: string, moment: CrashPoint['moment']) => {
    const one = results.find((result) => result.effect === effect && result.moment === moment)
    if (one === undefined) return '–'
    if (one.hits === 0) return 'NOT REACHED'
    return `${one.hits}${one.again > 0 ? `, ${one.again} again` : ''}`
  }
  const rows = effects.map((effect) => [
    stageOf(effect),
    effect,
    String(seen[effect] ?? 0),
    cell(effect, 'before'),
    cell(effect, 'after'),
  ])
  const deaths = results.reduce((sum, { hits }) => sum + hits, 0)
  const again = Object.values(found.duplicates).reduce((sum, n) => sum + n, 0)
  const reached = results.filter(({ hits }) => hits > 0).length
  return [
    markdown(['stage', 'side effect', 'without a crash', 'died before', 'died after'], rows),
    `${reached} of ${results.length} points reached, ${deaths} deaths, ${found.events} events, ${found.deliveries} deliveries, ${again} of them again; ${found.violations.length} broken promises.`,
    ...describeViolations(found.violations),
  ].join('\n\n')
}

/** What failovers have cost, as a table in Markdown. */
export function describeFailovers(results: readonly FailoverResult[]): string {
  const cases = Map.groupBy(results, (one) => JSON.stringify([one.redis, one.of, one.behind]))
  const rows = [...cases.values()].map((runs) => {
    const sum = (of: (run: FailoverResult) => number) => runs.reduce((total, run) => total + of(run), 0)
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
    const times = (of: (run: FailoverResult) => number) => {
      const sorted = runs.map(of).toSorted((a, b) => a - b)
      return `${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)}, ${seconds(sorted.at(-1) ?? 0)}`
    }
    const [one] = runs
    return [
      `${one?.redis}: of ${one?.of}`,
      one?.behind ? times(({ behindMs }) => behindMs) : 'nothing',
      runs.length,
      sum(({ events }) => events),
      sum(({ deliveries }) => deliveries),
      sum(({ lost }) => lost),
      sum(({ repeated }) => repeated),
      sum(({ toldAnew }) => toldAnew),
      sum(({ recovered }) => recovered),
      `${sum(({ settings }) => settings.lost)} of ${sum(({ settings }) => settings.made)}`,
      times(({ goesOnMs }) => goesOnMs),
      times(({ wellAgainMs }) => wellAgainMs),
    ]
  })
  const head = [
    'master that dies',
    'its replica lacks',
    'runs',
    'events',
    'deliveries',
    'lost',
    'repeated',
    'told anew',
    'after `recover`',
    'settings lost',
    'goes on after',
    'all told after',
  ]
  return [
    markdown(head, rows),
    'Of times, the median and the longest.',
    ...describeViolations(results.flatMap(({ violations }) => violations)),
  ].join('\n\n')
}

function describeViolations(violations: readonly Violation[]): string[] {
  return [
    ...violations.slice(0, MOST).map(({ rule, detail }) => `BROKEN: ${rule}\n  ${detail.slice(0, 4_000)}`),
    ...(violations.length > MOST ? [`… and ${violations.length - MOST} more`] : []),
  ]
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function table(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}

import type { CrashPoint, CrashResult } from './crashes.ts'
import type { Recovery } from './each.ts'
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

/** Which side effects a process has died at, for people. */
export function describeCrashes(results: readonly CrashResult[], found: Reconciliation): string {
  const effects = [...new Set(results.map(({ effect }) => effect))]
  const cell = (effect: string, moment: CrashPoint['moment']) => {
    const one = results.find((result) => result.effect === effect && result.moment === moment)
    if (one === undefined) return '-'
    return one.hit ? `hit${one.again > 0 ? `, ${one.again} again` : ''}` : 'NOT REACHED'
  }
  const rows = effects.map((effect): [string, string] => [
    effect,
    `${cell(effect, 'before').padEnd(14)} ${cell(effect, 'after')}`,
  ])
  return [
    table([['side effect', `${'before'.padEnd(14)} after`], ...rows]),
    ...describeViolations(found.violations),
  ].join('\n\n')
}

function describeViolations(violations: readonly Violation[]): string[] {
  return [
    ...violations.slice(0, MOST).map(({ rule, detail }) => `BROKEN: ${rule}\n  ${detail.slice(0, 2_000)}`),
    ...(violations.length > MOST ? [`… and ${violations.length - MOST} more`] : []),
  ]
}

function table(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}

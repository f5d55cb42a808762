import type { ChaosResult } from './run.ts'

const HIDDEN = 20

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
    ...violations.slice(0, HIDDEN).map(({ rule, detail }) => `BROKEN: ${rule}\n  ${detail.slice(0, 2_000)}`),
    ...(violations.length > HIDDEN ? [`… and ${violations.length - HIDDEN} more`] : []),
  ]
  return parts.join('\n\n')
}

function table(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}

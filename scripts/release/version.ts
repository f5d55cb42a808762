const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/

/** Whether `text` is a version as ringpost has them: three numbers, nothing before or behind them. */
export const isVersion = (text: string): boolean => VERSION.test(text)

/** What `patch`, `minor`, `major` or a version itself means after `current`; null for anything else. */
export function nextVersion(current: string, wanted: string): string | null {
  const [major = 0, minor = 0, patch = 0] = current.split('.').map(Number)
  if (wanted === 'major') return `${major + 1}.0.0`
  if (wanted === 'minor') return `${major}.${minor + 1}.0`
  if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`
  return isVersion(wanted) ? wanted : null
}

/** Below 0 where `a` is the older one, above where it is the newer one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((one) => one.split('.').map(Number))
  const differs = [0, 1, 2].find((index) => left?.[index] !== right?.[index]) ?? 0
  return (left?.[differs] ?? 0) - (right?.[differs] ?? 0)
}

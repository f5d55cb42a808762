/** One value of a line, and when it was measured (ms since the beginning). */
export interface Point {
  at: number
  value: number
}

/** Whether a line rises, and by how much. */
export interface Flatness {
  flat: boolean
  /** What it rises in an hour, by the trend of the whole. */
  perHour: number
  /** What it has risen from the first to the last point, by that trend. */
  rise: number
  /** What it may rise. */
  allowed: number
}

/** Parts of which the lowest value counts: garbage comes and goes, what leaks stays. */
const PARTS = 16
/** How far chance carries a line without a trend, in standard deviations. */
const SIGNIFICANT = 2.6

/**
 * Judges whether a line is flat. Of each of sixteen parts the lowest value counts; their trend is the median of the
 * slopes between any two of them (Theil and Sen), which neither peaks nor a noisy end move. A line rises where that is
 * more than is allowed, where so many pairs rise that it is no chance (Mann and Kendall), and where its second half
 * rises by itself as well: what has been taken once and for all is a step and no leak.
 *
 * @param allowed.share of its own level, and `allowed.least` in its unit, of which the larger counts
 */
export function judgeFlatness(points: readonly Point[], allowed: { share: number; least: number }): Flatness {
  const lows = lowest(points)
  const slope = trend(lows)
  const span = (lows.at(-1)?.at ?? 0) - (lows[0]?.at ?? 0)
  const most = Math.max(allowed.least, allowed.share * median(lows.map(({ value }) => value)))
  const rise = slope * span
  const half = lows.slice(Math.floor(lows.length / 2))
  const rises = rise > most && significance(lows) > SIGNIFICANT && trend(half) * span > most / 2
  return { flat: !rises, perHour: slope * 3_600_000, rise, allowed: most }
}

/** The lowest point of each part of a line. */
function lowest(points: readonly Point[]): Point[] {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return []
  const width = (last.at - first.at) / PARTS || 1
  const parts = Map.groupBy(points, ({ at }) => Math.min(PARTS - 1, Math.floor((at - first.at) / width)))
  return [...parts.values()].map((part) => part.reduce((low, one) => (one.value < low.value ? one : low)))
}

/** The median of all slopes between two points (per ms). */
function trend(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).map((b) => (b.at === a.at ? 0 : (b.value - a.value) / (b.at - a.at))),
  )
  return median(slopes)
}

/** How many standard deviations the number of rising pairs is above that of falling ones. */
function significance(points: readonly Point[]): number {
  const n = points.length
  const score = points
    .flatMap((a, i) => points.slice(i + 1).map((b) => Math.sign(b.value - a.value)))
    .reduce((sum, sign) => sum + sign, 0)
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return deviation === 0 ? 0 : score / deviation
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

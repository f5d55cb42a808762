/** What one process has used for a piece of work. */
export interface Used {
  wall_ms: number
  /** Of the whole process, garbage collection and I/O threads included. */
  cpu_ms: number
  /** Resident memory, from the start to the end, a sample each `every_ms`. */
  rss: { every_ms: number; mb: number[]; peak_mb: number }
}

const EVERY_MS = 250

/** Runs something and tells what this process used for it. */
export async function measured<T>(work: () => Promise<T>): Promise<Used & { result: T }> {
  const mb: number[] = []
  const sample = () => mb.push(Math.round(process.memoryUsage.rss() / 1024 / 1024))
  const timer = setInterval(sample, EVERY_MS)
  sample()
  const cpu = process.cpuUsage()
  const began = performance.now()
  try {
    const result = await work()
    const wall_ms = performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    sample()
    // The system's own record of the peak sees what lies between two samples.
    const peak_mb = Math.round(Math.max(process.resourceUsage().maxRSS / 1024, ...mb))
    return {
      result,
      wall_ms: Math.round(wall_ms),
      cpu_ms: Math.round((user + system) / 1000),
      rss: { every_ms: EVERY_MS, mb, peak_mb },
    }
  } finally {
    clearInterval(timer)
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

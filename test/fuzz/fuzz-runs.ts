/** How many random inputs a property is held against: few in `npm test`, many in `npm run test:fuzz`. */
export function fuzzRuns(short: number): number {
  const asked = Number(process.env.FUZZ_RUNS ?? 0)
  return Math.max(short, asked)
}

/** How long these may take (ms): whatever hangs fails by it. */
export const fuzzTimeout = (runs: number) => 60_000 + 250 * runs

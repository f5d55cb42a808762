/** The first milestones of a source that names none; they go on in the same steps for ever. */
const STEPS = [1, 2.5, 5] as const

/**
 * The milestones in `(from, to]`.
 *
 * @param milestones rising counts; null stands for 5, 10, 25, 50, 100, 250, …
 */
export function milestonesPassed(milestones: readonly number[] | null, from: number, to: number): number[] {
  const passed = (milestone: number) => milestone > from && milestone <= to
  if (milestones !== null) return milestones.filter(passed)
  const found: number[] = []
  for (let power = 1; power <= to; power *= 10) {
    for (const step of STEPS) {
      const milestone = step * power
      if (milestone >= 5 && passed(milestone)) found.push(milestone)
    }
  }
  return found
}

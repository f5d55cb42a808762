/** Levels of JSON that a row may have. Node reads any number of them and writes some four thousand. */
const DEEPEST = 100

/** Whether a value read from JSON is nested so deep that writing it again, or walking through it, could fail. */
export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}

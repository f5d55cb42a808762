export const DAY_SECS = 86_400

/** 24 characters, as ids that a company gives its users often have. */
export function benchUserId(i: number): string {
  return `user_${String(i).padStart(19, '0')}`
}

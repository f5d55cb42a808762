import { z } from 'zod'

/** Longer than any id of ours, and short enough to be repeated in an error. */
const LONGEST = 100

/** An id that something is looked up by; what it is the id of is for the lookup to say. */
export const idText = z.string().min(1).max(LONGEST)

/** The `:id` of a URL. */
export const idParams = z.strictObject({ id: idText })

import { z } from 'zod'

/** What every list takes. */
export const pageQuery = {
  // Not `z.coerce`: that reads '', '0x10' and ' 5 ' as numbers.
  limit: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text),
      z.int('must be a whole number from 1 to 250').min(1).max(250),
    )
    .default(50)
    .describe('How many at most; 50 where it is left out.'),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .describe('`next_cursor` of the page before, with the same filters. Left out for the first page.'),
}

/** What every list answers. */
export function listOf<Item extends z.ZodType>(id: string, item: Item, hint = '') {
  return z
    .object({
      data: z.array(item),
      next_cursor: z
        .string()
        .nullable()
        .describe(`Give it as \`cursor\` to get the next page; null at the end of the list.${hint}`),
    })
    .meta({ id })
}

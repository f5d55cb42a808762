import { z } from 'zod'

export const checks = z
  .object({
    checks: z.array(
      z.object({
        check: z.string().describe('What was looked at, in a word or two.'),
        status: z
          .enum(['ok', 'warning', 'problem', 'skipped'])
          .describe(
            '`problem` keeps ringpost from its work, now or at the next start; `warning` can be lived with.',
          ),
        message: z.string().describe('What was found, in a sentence.'),
        fix: z.string().nullable().describe('What mends it; null where nothing has to be done.'),
      }),
    ),
  })
  .meta({ id: 'Checks', description: 'What the process that answers stands on, and whether it holds.' })

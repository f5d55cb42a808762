import { z } from 'zod'
import { POLL_OUTCOMES } from '../../detect/poll-entry.ts'
import { listOf, pageQuery } from './list.ts'
import { isPeriod, NO_PERIOD, period, timestamp } from './time.ts'

const count = z.int().min(0)

const poll = z
  .object({
    from: timestamp.describe('When the first of them began.'),
    to: timestamp.describe('When the last of them ended; of a scan under way, when it last said so.'),
    polls: count.describe('How many polls it stands for.'),
    kinds: z
      .record(z.string(), count)
      .describe('How many of each kind: `head`, `lookback`, `full`, `baseline`.'),
    outcome: z
      .enum(POLL_OUTCOMES)
      .describe(
        '`quiet`: nothing to tell. `found`: it wrote the `events`. `failed`: `error` says why. `held`: nothing was asked for, or nothing kept of what was found, for a person has to decide first. `stopped`: broken off, for ringpost stopped, or its process died in a scan that had been `under_way`; what it had found by then stands. `under_way`: a scan of the whole list that had got so far, first told when it has gone on for the poll interval. A poll that is killed before it is told of leaves no entry.',
      ),
    dry_run: z.boolean().describe('It only said what it would find.'),
    requests: count.describe('To the upstream API.'),
    rows: count.describe('Users that were looked at.'),
    changes: count.describe('Users of whom something else is recorded than before, told or not.'),
    events: z.record(z.string(), count).describe('How many events of each type.'),
    duration_ms: count.describe('How long it took; of several, the longest.'),
    error: z
      .object({
        code: z
          .string()
          .describe(
            '`key`, `gone`, `request`, `slow_down`, `passing`, `cursor` or `bad_page`, as of `source.failing`; `flood` where a person has to decide.',
          ),
        message: z.string(),
      })
      .nullable(),
    warnings: z.array(z.string()).describe('Codes, as of the warnings of `last_poll`.'),
    next_at: timestamp.nullable().describe('When the next was due; null where none was planned.'),
  })
  .meta({ id: 'Poll', description: 'What a poll did, or several in a row that did the same.' })

export type ApiPoll = z.output<typeof poll>

export const pollList = listOf('PollList', poll)

export const pollQuery = z.strictObject({ ...period, ...pageQuery }).refine(isPeriod, NO_PERIOD)

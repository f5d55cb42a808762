import { z } from 'zod'
import { SCAN_KINDS } from '../../detect/source-state.ts'
import { listOf } from './list.ts'
import { timestamp } from './time.ts'

const count = z.int().min(0)
const scanKind = z
  .enum(SCAN_KINDS)
  .describe(
    '`head`: from the top until nothing is new. `lookback`: the same, further down. `full`: the whole list. `baseline`: the first time.',
  )

const lastPoll = z.object({
  at: timestamp,
  kind: scanKind,
  requests: count,
  rows: count,
  events: count,
  duration_ms: count,
  error: z.string().nullable().describe('Why it failed, in a plain sentence; null where it did not.'),
})

export const sourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    base_url: z.string(),
    agent_id: z.string().nullable(),
    branch_id: z.string().nullable(),
    poll_interval: z.string().meta({ examples: ['30s'] }),
    paused: z.boolean(),
    state: z.enum(['baseline', 'live', 'paused', 'failing', 'needs_attention']),
    state_detail: z.string().describe('The state in a plain sentence.'),
    known_users: count,
    watermark_unix_secs: z
      .int()
      .nullable()
      .describe('The newest last contact that a finished poll has covered; null before the first one.'),
    next_poll_at: timestamp.nullable(),
    last_poll: lastPoll.nullable(),
    totals: z.object({
      polls: count,
      requests: count,
      events: count,
      late_changes: count.describe('Changes that surfaced below the watermark.'),
      quarantined_rows: count.describe('Rows of upstream that could not be read.'),
    }),
  })
  .meta({ id: 'Source', description: 'One list of users that is polled.' })

export type ApiSource = z.output<typeof sourceSchema>

export const sourceList = listOf('SourceList', sourceSchema)

export const pollBody = z
  .strictObject({
    full: z.boolean().default(false).describe('Scan the whole list instead of its top.'),
  })
  .meta({ id: 'PollOptions' })
  .nullish()

export const pollAnswer = z
  .object({
    kind: scanKind,
    requests: count.describe('Requests that were made to the upstream API.'),
    rows: count,
    events: z.record(z.string(), count).describe('How many events of each type.'),
    duration_ms: count,
  })
  .meta({
    id: 'PollResult',
    examples: [{ kind: 'head', requests: 1, rows: 100, events: { 'user.created': 1 }, duration_ms: 96 }],
  })

const quarantinedRow = z
  .object({
    row: z.string().describe('The row as JSON text, at most 4 KB of it.'),
    reason: z.string(),
    first_seen: timestamp,
  })
  .meta({ id: 'QuarantinedRow', description: 'A row of upstream that could not be read.' })

export const quarantineList = listOf('QuarantinedRowList', quarantinedRow)

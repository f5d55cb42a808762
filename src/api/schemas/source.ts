import { z } from 'zod'
import { BASELINE_REASONS, SCAN_KINDS } from '../../detect/source-state.ts'
import { durationShown } from './duration.ts'
import { listOf } from './list.ts'
import { nudgeShown } from './nudge.ts'
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
  warnings: z
    .array(
      z.object({
        code: z
          .string()
          .describe(
            '`key_in_clear`, `not_newest_first`, `rows_unreadable`, `rows_in_future`, `changes_late` or `called_before_baseline`.',
          ),
        message: z.string(),
      }),
    )
    .describe('What it saw that you should know, and that stopped nothing.'),
})

const baselineReason = z
  .enum(BASELINE_REASONS)
  .describe(
    '`first`: a new source. `settings_changed`: another URL, key or filter. `redis_lost`: Redis had lost what was known. `accepted`: a person decided so.',
  )

export const sourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    base_url: z.string(),
    agent_id: z.string().nullable(),
    branch_id: z.string().nullable(),
    poll_interval: durationShown,
    overlap: durationShown.describe('How far below the watermark a poll reads on.'),
    milestones: z
      .array(z.int())
      .nullable()
      .describe('Counts that are announced; null for 5, 10, 25, 50, 100, 250, …'),
    returned_after: durationShown,
    sentiment_threshold: z.number().nullable(),
    enrich: z.boolean().describe('Whether events wait for their conversation.'),
    nudge: nudgeShown,
    paused: z.boolean(),
    managed_by: z
      .enum(['environment', 'file', 'api'])
      .describe(
        'Where it is set up: `environment` sets its URL, key and filters, `file` (RINGPOST_CONFIG) what it names of it. That is changed there; the rest here.',
      ),
    created_at: timestamp,
    state: z.enum(['baseline', 'live', 'paused', 'failing', 'needs_attention']),
    state_detail: z.string().describe('The state in a plain sentence.'),
    attention: z
      .object({
        kind: z.enum(['flood', 'mass_removal']),
        since: timestamp,
        users: count,
        message: z.string(),
      })
      .nullable()
      .describe('What waits for a person: POST /v1/sources/:id/accept decides.'),
    baseline: z
      .object({
        reason: baselineReason,
        since: timestamp
          .nullable()
          .describe('Who first called after this is announced, where Redis was lost.'),
        started_at: timestamp.nullable(),
        recorded: count.describe('Users so far.'),
      })
      .nullable()
      .describe('The baseline that is being taken; null once the source is live.'),
    last_baseline: z
      .object({ reason: baselineReason, finished_at: timestamp, users: count })
      .nullable()
      .describe('The last baseline that was taken to its end.'),
    known_users: count,
    watermark_unix_secs: z
      .int()
      .nullable()
      .describe('The newest last contact that a finished poll has covered; null before the first one.'),
    lag_secs: z
      .int()
      .nullable()
      .describe('How old the view of the list is: since the last poll began that read its top to the end.'),
    next_poll_at: timestamp.nullable(),
    last_poll: lastPoll.nullable(),
    totals: z.object({
      polls: count,
      failed_polls: count,
      requests: count.describe('To the upstream API, all of them.'),
      enrichment_requests: count.describe('Those of them that asked for a conversation.'),
      events: count,
      late_changes: count.describe('Changes that surfaced below the watermark.'),
      quarantined_rows: count.describe('Different rows of upstream that could not be read.'),
    }),
  })
  .meta({ id: 'Source', description: 'One list of users that is polled.' })

export type ApiSource = z.output<typeof sourceSchema>

export const sourceList = listOf('SourceList', sourceSchema)

export const pollBody = z
  .strictObject({
    full: z.boolean().default(false).describe('Scan the whole list instead of its top.'),
    dry_run: z.boolean().default(false).describe('Report what it would find, and change nothing.'),
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

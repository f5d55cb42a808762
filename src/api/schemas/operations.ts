import { z } from 'zod'
import { RECOVERIES } from '../../resend/recover-endpoint.ts'
import { endpointFilter } from './endpoint-filter.ts'
import { eventTypeName } from './event-types.ts'
import { idText } from './ids.ts'
import { isPeriod, moment, NO_PERIOD, timestamp } from './time.ts'

const MOST_OVERRIDES = 50

/** Other values for a sample. */
export const sampleOverride = z
  .record(z.string().min(1).max(200), z.unknown())
  .refine((map) => Object.keys(map).length <= MOST_OVERRIDES, `must have at most ${MOST_OVERRIDES} paths`)
  .default({})
  .meta({
    description:
      'Other values for the sample, by dotted path from the root of the event. What the event cannot be is refused.',
    maxProperties: MOST_OVERRIDES,
    examples: [{ 'data.user.user_id': '+15550100', 'data.user.conversation_count': 1 }],
  })

export const testWish = z
  .strictObject({
    event_type: eventTypeName
      .default('ringpost.test')
      .describe(
        'Whose sample is sent, with `data.sample` true so that a receiver can tell. Left out: a `ringpost.test`.',
      ),
    override: sampleOverride,
  })
  .meta({ id: 'TestWish' })
  .nullish()

export const recoveryWish = z
  .strictObject({
    since: moment.describe(
      'Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds.',
    ),
    until: moment.optional().describe('Not after this; now, where it is left out.'),
    only: z
      .enum(RECOVERIES)
      .describe(
        '`failed`: deliveries that have failed. `undelivered`: also those that were skipped, and events that match the endpoint and have no delivery for it, because it was made or changed after they came. `all`: what has succeeded, too.',
      ),
    dry_run: z.boolean().default(false).describe('Counts, and changes nothing.'),
  })
  .refine(isPeriod, NO_PERIOD)
  .meta({ id: 'RecoveryWish' })

const count = z.int().min(0)

export const recovered = z
  .object({
    queued: count.describe('How many were queued, or would be in a dry run.'),
    dry_run: z.boolean(),
    of: z
      .object({
        failed: count,
        skipped: count,
        succeeded: count,
        without_delivery: count.describe('Events that had no delivery for this endpoint.'),
      })
      .describe('What they were before.'),
  })
  .meta({ id: 'Recovered' })

export const backfillWish = z
  .strictObject({
    source_ids: z
      .array(idText)
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Users of these sources; null means those that the endpoint has.'),
    filter: endpointFilter
      .nullable()
      .optional()
      .describe(
        'Which of them, as a filter of an endpoint; null lets everybody pass. Left out: the endpoint’s own filter. Agent and conversation are not known of users who are known already.',
      ),
    again: z
      .boolean()
      .default(false)
      .describe('Also those that a backfill of this endpoint has sent before.'),
    dry_run: z.boolean().default(false).describe('Counts, and changes nothing.'),
  })
  .meta({ id: 'BackfillWish' })
  .nullish()

export const backfilled = z
  .object({
    endpoint_id: z.string(),
    dry_run: z.boolean(),
    state: z
      .enum(['counted', 'running', 'done', 'stopped'])
      .describe('`done`: everybody is queued. `counted`: it was a dry run.'),
    users: count.describe('Users that are known: when it began, or now in a dry run.'),
    seen: count.describe('Those that were looked at so far.'),
    queued: count.describe('Deliveries that were made, or would be in a dry run.'),
    already: count.describe('Who had been sent by a backfill before.'),
    waiting: count.describe('Deliveries of the endpoint that have not ended, of whatever reason.'),
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
  })
  .meta({
    id: 'Backfill',
    description: 'How far the users that were known already are queued for an endpoint.',
  })

export const replayWish = z
  .strictObject({
    endpoint_ids: z
      .array(idText)
      .min(1)
      .max(250)
      .optional()
      .describe(
        'To these endpoints, whether the event matches them or not. Left out: to every enabled endpoint that it matches now.',
      ),
  })
  .meta({ id: 'ReplayWish' })
  .nullish()

export const replayed = z
  .object({
    event_id: z.string(),
    deliveries: z.array(
      z.object({
        id: z.string(),
        endpoint_id: z.string(),
        result: z
          .enum(['queued', 'in_progress'])
          .describe('`in_progress`: it was being attempted in this very moment, so nothing was queued.'),
      }),
    ),
  })
  .meta({ id: 'Replayed' })

export const endpointStats = z
  .object({
    endpoint_id: z.string(),
    deliveries: z
      .object({ pending: count, retrying: count, succeeded: count, failed: count, skipped: count })
      .describe('How many are in the log, by status.'),
    log: z.object({
      ended: count.describe('Deliveries that have succeeded, failed or been skipped.'),
      limit: count.describe('How many of those are kept; beyond it the oldest go first.'),
      retention: z.string().describe('How long they are kept at most: RINGPOST_DELIVERY_RETENTION.'),
      oldest_at: timestamp.nullable().describe('When the oldest delivery in the log was made.'),
      complete_since: timestamp.describe('Since when the log holds every delivery that there was.'),
      bytes: count.describe('About how much memory it takes in Redis, told from a sample.'),
    }),
  })
  .meta({ id: 'EndpointStats' })

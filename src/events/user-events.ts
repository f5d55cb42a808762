import { z } from 'zod'
import { eventId } from '../ids.ts'
import { count, type EventDefinition, payload, SAMPLE, source, unixSecs } from './payload.ts'

const text = z.string().nullable()

const user = z
  .strictObject({
    user_id: z.string().describe('As upstream has it; often a phone number, and not always one.'),
    conversation_count: count,
    first_contact_unix_secs: unixSecs.nullable(),
    last_contact_unix_secs: unixSecs,
    last_contact_conversation_id: text,
    last_contact_agent_id: text,
    last_contact_agent_name: text,
    sentiment: z.unknown().describe('As upstream sends it; null where it does not.'),
  })
  .describe('The user, as the upstream list showed them.')

const before = z.strictObject({ conversation_count: count, last_contact_unix_secs: unixSecs })

const change = z
  .strictObject({ from: count, to: count, by: z.int() })
  .describe('Of the conversation count. `from` is the `to` of the rise before, so that none is missed.')

const raw = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe('The row as upstream sent it; null where it is longer than 16 KB, or there is none.')

const known = before.describe('What was known of the user before.')
const maybeKnown = before
  .nullable()
  .describe('What was known of the user before; null where they were not known.')

const conversation = z
  .strictObject({
    conversation_id: z.string(),
    status: text.describe('As upstream has it: `done`, `failed`, `processing`, …'),
    start_time_unix_secs: z.number().nullable().describe('Unix seconds, as upstream has them.'),
    duration_secs: z.number().nullable(),
    outcome: text.describe("`success`, `failure` or `unknown`, by the agent's analysis."),
    summary: text.describe('Of the transcript, at most 1,500 characters.'),
    phone_number: text.describe('Of the caller, where it was a phone call.'),
  })
  .nullable()
  .optional()
  .describe('The last conversation, where the source has `enrich`; null where it could not be had in time.')

const backfill = z
  .boolean()
  .optional()
  .describe(
    'True where nothing has happened: an endpoint has asked for the users that were known already. Agent and conversation are not known then.',
  )

const common = { source, user, previous: known, change, raw, conversation, backfill }

interface Told {
  user?: Partial<z.output<typeof user>>
  previous: z.output<typeof maybeKnown>
  change: z.output<typeof change>
  details?: Record<string, unknown>
  raw?: null
}

/** The sample of a type: one caller, at different moments. */
function sample(type: string, told: Told, reached = told.change.to): EventDefinition['sample'] {
  const row = {
    user_id: '+15551234567',
    conversation_count: told.change.to,
    first_contact_unix_secs: 1_793_520_000,
    last_contact_unix_secs: 1_795_427_970,
    last_contact_conversation_id: 'conv_01k9v6q2c8f4xtr0z5m7nbhw3e',
    last_contact_agent_id: 'agent_7101k5zvyjhmfg983brhmhkd98n6',
    last_contact_agent_name: 'SupportBot Alpha',
    sentiment: null,
    ...told.user,
  }
  return {
    id: eventId({ sourceId: SAMPLE.source.id, userId: row.user_id, epoch: 0, type, count: reached }),
    type,
    timestamp: SAMPLE.timestamp,
    data: {
      source: SAMPLE.source,
      user: row,
      previous: told.previous,
      change: told.change,
      ...told.details,
      raw: told.raw === null ? null : row,
    },
  }
}

const previous = { conversation_count: 3, last_contact_unix_secs: 1_795_341_570 }
const change3to5 = { from: 3, to: 5, by: 2 }
const sentiment = { recent_average_sentiment_score: -0.4 }

/** What happens to the users of a source. */
export const USER_EVENTS = {
  'user.created': {
    description: 'A caller whom this source never had.',
    schema: payload('user.created', { ...common, previous: z.null() }),
    sample: sample('user.created', {
      user: { first_contact_unix_secs: 1_795_427_970 },
      previous: null,
      change: { from: 0, to: 1, by: 1 },
    }),
  },
  'user.conversation_count.increased': {
    description: 'A caller has had more conversations than ever before.',
    schema: payload('user.conversation_count.increased', common),
    sample: sample('user.conversation_count.increased', { previous, change: change3to5 }),
  },
  'user.returned': {
    description: 'A caller is back after a long time, or after having been removed.',
    schema: payload('user.returned', common),
    sample: sample('user.returned', {
      previous: { conversation_count: 3, last_contact_unix_secs: 1_791_000_000 },
      user: { first_contact_unix_secs: 1_790_000_000 },
      change: { from: 3, to: 4, by: 1 },
    }),
  },
  'user.milestone_reached': {
    description: "A caller has reached one of the source's milestones.",
    schema: payload('user.milestone_reached', {
      ...common,
      previous: maybeKnown,
      milestone: count.describe('The count that was passed; `change.to` may be above it.'),
    }),
    sample: sample('user.milestone_reached', { previous, change: change3to5, details: { milestone: 5 } }, 5),
  },
  'user.sentiment.dropped': {
    description: 'The recent sentiment of a caller fell below the threshold.',
    schema: payload('user.sentiment.dropped', {
      ...common,
      previous: maybeKnown,
      sentiment_change: z.strictObject({
        recent_average_sentiment_score: z.number().describe('What it is now.'),
        threshold: z.number().describe("The source's `sentiment_threshold`."),
      }),
    }),
    sample: sample('user.sentiment.dropped', {
      user: { sentiment },
      previous: { conversation_count: 4, last_contact_unix_secs: 1_795_341_570 },
      change: { from: 5, to: 5, by: 0 },
      details: { sentiment_change: { ...sentiment, threshold: -0.2 } },
    }),
  },
  'user.removed': {
    description: 'A caller is gone from the list.',
    schema: payload('user.removed', { ...common, raw: z.null().describe('There is no row any more.') }),
    sample: sample('user.removed', {
      user: {
        conversation_count: 5,
        last_contact_conversation_id: null,
        last_contact_agent_id: null,
        last_contact_agent_name: null,
      },
      previous: { conversation_count: 5, last_contact_unix_secs: 1_795_427_970 },
      change: { from: 5, to: 0, by: -5 },
      raw: null,
    }),
  },
} satisfies Record<string, EventDefinition>

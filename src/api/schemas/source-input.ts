import { isIP } from 'node:net'
import { z } from 'zod'
import { readBaseUrl } from '../../config/addresses.ts'
import { LONGEST_TIMER } from '../../config/values.ts'
import { sourceRefusal } from '../../deliver/guard/address.ts'
import { duration } from './duration.ts'

const MOST_MILESTONES = 100
/** What every HTTP stack passes on unchanged in a header or a query. */
const OPAQUE = /^[!-~]+$/

const name = z.string().min(1).max(200)
const baseUrl = z
  .string()
  .max(2048)
  .transform((text, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    try {
      const url = readBaseUrl(text)
      const rule = whyNoSource(url)
      return rule === null ? url : refuse(`must not be ${new URL(url).host}, where no source can be: ${rule}`)
    } catch {
      return refuse('must be an http or https URL without credentials, query or fragment')
    }
  })
  .describe('Where the API is: a region, or a proxy. `/v1/convai/users` is added to it.')
const apiKey = z
  .string()
  .max(500)
  .regex(OPAQUE, 'must be a key as ElevenLabs shows it, without spaces')
  .describe('Needs the scope `convai_read`. It is kept encrypted and never shown.')
const filter = z.string().max(200).regex(OPAQUE, 'must be an id, without spaces').nullable()
const agentId = filter.describe('Only the callers of this agent.')
const branchId = filter.describe('Only the callers of this branch of an agent.')
const pollInterval = duration({ min: '1s', max: LONGEST_TIMER })
  .nullable()
  .describe(
    'About how often it is polled: after half of it while polls find something, after up to twice of it when nothing has happened for long. Null for RINGPOST_POLL_INTERVAL.',
  )
const overlap = duration({ min: '1s' })
  .nullable()
  .describe(
    'How far below the watermark a poll reads on, for calls that are listed late; null for twice the interval, at least 2m.',
  )
const milestones = z
  .array(z.int().min(1).max(1_000_000_000))
  .max(MOST_MILESTONES)
  .refine((list) => list.every((count, i) => i === 0 || count > (list[i - 1] ?? 0)), 'must rise')
  .nullable()
  .describe('Counts to announce, rising; null for 5, 10, 25, 50, 100, 250, …; none for an empty list.')
const returnedAfter = duration({ min: '1s' })
const sentimentThreshold = z
  .number()
  .nullable()
  .describe(
    'A recent average sentiment that falls below this is `user.sentiment.dropped`; null where nobody wants to know. Another one begins with a full scan that judges everybody by it in silence.',
  )
const nudgeSecret = z
  .string()
  .min(16)
  .max(500)
  .regex(OPAQUE, 'must be a secret as ElevenLabs shows it, without spaces')
  .nullable()
  .describe(
    "The secret of ElevenLabs' post-call webhook, which goes to `/v1/sources/:id/nudge` and makes the source be polled at once. It is kept encrypted and never shown; null takes no nudges.",
  )
const enrich = z
  .boolean()
  .describe(
    'Each event waits for its conversation, at most 10 seconds, and has its duration, outcome, summary and phone number in `data.conversation`. That is a request for each, and more where the conversation is not complete.',
  )
const paused = z.boolean().describe('Not polled until this is false again.')

export const DEFAULT_RETURNED_AFTER = '30d'

export const sourceToCreate = z
  .strictObject({
    name,
    base_url: baseUrl.prefault('https://api.elevenlabs.io'),
    api_key: apiKey,
    agent_id: agentId.default(null),
    branch_id: branchId.default(null),
    poll_interval: pollInterval.default(null),
    overlap: overlap.default(null),
    milestones: milestones.default(null),
    returned_after: returnedAfter
      .prefault(DEFAULT_RETURNED_AFTER)
      .describe('A call after a longer silence is `user.returned`.'),
    sentiment_threshold: sentimentThreshold.default(null),
    nudge_secret: nudgeSecret.default(null),
    enrich: enrich.default(false),
    paused: paused.default(false),
    verify: z
      .boolean()
      .default(false)
      .describe('Make one request first, and save nothing where it fails. The answer says why.'),
  })
  .meta({ id: 'SourceToCreate' })

export const sourceToPatch = z
  .strictObject({
    name: name.exactOptional(),
    base_url: baseUrl.exactOptional(),
    api_key: apiKey.exactOptional(),
    agent_id: agentId.exactOptional(),
    branch_id: branchId.exactOptional(),
    poll_interval: pollInterval.exactOptional(),
    overlap: overlap.exactOptional(),
    milestones: milestones.exactOptional(),
    returned_after: returnedAfter
      .nullable()
      .describe(`A call after a longer silence is \`user.returned\`; null for ${DEFAULT_RETURNED_AFTER}.`)
      .exactOptional(),
    sentiment_threshold: sentimentThreshold.exactOptional(),
    nudge_secret: nudgeSecret.exactOptional(),
    enrich: enrich.exactOptional(),
    paused: paused.exactOptional(),
  })
  .meta({
    id: 'SourceToPatch',
    description: 'What is left out stays as it is. Another URL, key or filter starts a new, silent baseline.',
  })

export const acceptBody = z
  .strictObject({
    as: z
      .enum(['events', 'baseline'])
      .describe('`events`: tell what was held back. `baseline`: record it in silence.'),
  })
  .meta({ id: 'Decision' })

/** The rule against the host of a base URL, where it is an address; a name is looked at when it is connected to. */
function whyNoSource(url: string): string | null {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? null : sourceRefusal(host)
}

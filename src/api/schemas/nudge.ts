import { z } from 'zod'
import { timestamp } from './time.ts'

const path = z
  .string()
  .describe('Where the webhook goes: append it to the address at which ElevenLabs can reach this ringpost.')

/** What a source says of its nudge. */
export const nudgeShown = z
  .object({
    path,
    received: z.int().min(0).describe('Verified nudges so far.'),
    last_at: timestamp.nullable(),
    last_refused: z
      .object({ at: timestamp, message: z.string() })
      .nullable()
      .describe('The last request that was refused, and why: ElevenLabs shows it nowhere.'),
  })
  .nullable()
  .describe("ElevenLabs' post-call webhook as a reason to poll at once; null without `nudge_secret`.")

export const madeNudgeSecret = z
  .object({ secret: z.string().describe('It is shown this once.'), path })
  .meta({
    id: 'NudgeSecret',
    examples: [{ secret: 'wsec_5f0c…', path: '/v1/sources/src_default/nudge' }],
  })

export const nudgeAnswer = z.object({ received: z.literal(true) }).meta({ id: 'NudgeReceived' })

export const nudgeHeaders = z.looseObject({
  'elevenlabs-signature': z
    .string()
    .optional()
    .describe('`t=<unix seconds>,v0=<hex HMAC-SHA256 of "<t>.<raw body>">`'),
})

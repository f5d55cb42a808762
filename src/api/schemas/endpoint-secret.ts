import { z } from 'zod'
import { parseDuration } from '../../config/duration.ts'
import { RingpostError } from '../../errors.ts'
import { SIGNINGS, secretProblem, signingOf } from '../../secrets/signing-secret.ts'
import { timestamp } from './time.ts'

/** How long the secret of before stays valid where nothing is said. */
export const DEFAULT_OVERLAP = '24h'
const LONGEST_OVERLAP = '30d'

export const signing = z
  .enum(SIGNINGS)
  .describe(
    'How requests are signed: `hmac-sha256` (`v1` in `webhook-signature`) with a secret that both sides have, or `ed25519` (`v1a`), where the receiver has the public key alone.',
  )

const ownSecret = z
  .string()
  .superRefine((text, context) => {
    const message = secretProblem(text)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'A secret of your own in place of a generated one: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 key.',
  })

/** What an endpoint's secret is to be, at its creation and at a rotation. */
export const chosenSecret = { signing: signing.exactOptional(), secret: ownSecret.exactOptional() }

/** A secret of one kind and the other kind asked for cannot both be meant. */
export function checkKind(body: { signing?: string; secret?: string }, context: z.RefinementCtx): void {
  if (!body.signing || !body.secret || signingOf(body.secret) === body.signing) return
  context.addIssue({
    code: 'custom',
    path: ['signing'],
    message: 'is not the kind of the secret that is given',
  })
}

/** What a receiver verifies with, in answers. */
export const shownSecret = {
  secret: z.string().nullable().meta({
    description:
      'The signing secret: `whsec_` and base64 of the key, as Standard Webhooks has it. Null with Ed25519, for nobody but ringpost needs the private key.',
  }),
  public_key: z.string().nullable().meta({
    description: 'With Ed25519, what receivers verify with: `whpk_` and base64 of the public key.',
  }),
}

export const endpointSecret = z.object(shownSecret).meta({ id: 'EndpointSecret' })

const overlap = z
  .string()
  .superRefine((text, context) => {
    const message = overlapProblem(text)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .meta({
    description: `How long the present secret stays valid beside the new one, at most \`${LONGEST_OVERLAP}\`; \`0s\` ends it at once.`,
  })

/** A secret is replaced: how, and for how long the present one stays valid. */
export const secretRotation = z
  .strictObject({ overlap: overlap.default(DEFAULT_OVERLAP), ...chosenSecret })
  .superRefine(checkKind)
  .meta({ id: 'SecretRotation', examples: [{ overlap: '24h' }] })
  .nullish()

export const rotatedSecret = z
  .object({
    ...shownSecret,
    signing,
    valid_secrets: z.int().describe('How many secrets sign now, this one among them.'),
    overlap_until: timestamp
      .nullable()
      .describe('Until when the secret of before signs too; null where it does not.'),
  })
  .meta({ id: 'RotatedSecret', description: 'The new secret, for this one time.' })

function overlapProblem(text: string): string | null {
  try {
    return parseDuration(text) <= parseDuration(LONGEST_OVERLAP) ? null : `must be at most ${LONGEST_OVERLAP}`
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    return 'must be a whole number and a unit (ms, s, m, h or d), such as 24h, or 0s'
  }
}

import { z } from 'zod'
import { SCOPES } from '../../tokens/tokens.ts'
import { listOf } from './list.ts'
import { timestamp } from './time.ts'

const name = z.string().min(1).max(200)
const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((list) => new Set(list).size === list.length, 'must not name a scope twice')
  .describe('`read` looks, `write` changes. The signing secret of an endpoint needs `write`.')

export const tokenToCreate = z
  .strictObject({
    name: name.describe('For whom or what it is.'),
    scopes: scopes.default(['read', 'write']),
    expires_at: z.iso
      .datetime({
        offset: true,
        // A text that is no time is not told to be in the past, too.
        abort: true,
        error: 'must be a time in ISO 8601 with its zone, such as 2027-01-31T00:00:00Z, or null',
      })
      .refine((text) => Date.parse(text) > Date.now(), 'must be in the future')
      .transform((text) => new Date(text).toISOString())
      .nullable()
      .default(null)
      .describe('When it ends; null where it never does.'),
  })
  .meta({ id: 'TokenToCreate' })

const shape = {
  id: z.string(),
  name,
  scopes: z.array(z.string()),
  expires_at: timestamp.nullable(),
  last_used_at: timestamp.nullable().describe('To the minute; null where it was never used.'),
  created_at: timestamp,
}

export const tokenSchema = z
  .object(shape)
  .meta({ id: 'Token', description: "A token beside the administrator's. Only its hash is kept." })

export const createdToken = z
  .object({ ...shape, token: z.string().describe('The token itself. It is not shown again.') })
  .meta({ id: 'CreatedToken' })

export const tokenList = listOf('TokenList', tokenSchema)

import { z } from 'zod'
import { timestamp } from './time.ts'

export const signIn = z
  .strictObject({ token: z.string().min(1).max(1_000).describe('The API token.') })
  .meta({ id: 'SignIn' })

export const sessionSchema = z
  .object({
    name: z
      .string()
      .nullable()
      .describe("Of the token that is signed in with; null for the administrator's."),
    scopes: z.array(z.string()).describe('What may be done: `read`, `write`, `administrator`.'),
    expires_at: timestamp,
  })
  .meta({ id: 'Session', description: 'Who is signed in with this browser.' })

import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'

/** Room for 10 KB of any characters, three times as long when encoded. */
const LONGEST_USER_ID = 32_768

/** An id as upstream has it: any text, even an empty one. */
export const userIdText = z.string().max(LONGEST_USER_ID)

const userIdQuery = userIdText.describe(
  'The id, exactly, byte for byte. Percent-encode it: a `+` in a query is a space, so a phone number begins with `%2B`.',
)

export const userParams = z.strictObject({
  id: z.string().min(1).max(100),
  user_id: userIdText.describe(
    'The id, exactly, percent-encoded. What a path cannot hold (an empty id, `.` and `..`) goes into the query of the list instead.',
  ),
})

export const userSchema = z
  .object({
    user_id: z.string(),
    conversation_count: z.int().describe('The highest that was seen.'),
    first_contact_unix_secs: z.int().nullable(),
    last_contact_unix_secs: z.int(),
    absent: z
      .boolean()
      .describe(
        'The last complete scan did not show the user; if the next one does not either, they are removed.',
      ),
    removed: z
      .boolean()
      .describe('The user is gone from the list. What is kept is for telling a return from a first call.'),
    sentiment: z
      .enum(['unknown', 'fine', 'low'])
      .describe("The recent sentiment against the source's threshold, where both are known."),
  })
  .meta({ id: 'User', description: 'What is known of one user of one source.' })

export type ApiUser = z.output<typeof userSchema>

export const userList = listOf('UserList', userSchema)

export const userQuery = z.strictObject({ user_id: userIdQuery.optional(), ...pageQuery })

const erase = z
  .enum(['true', 'false'])
  .default('false')
  .describe('Also remove the person from events, deliveries, attempts and unreadable rows of the source.')

export const forgetQuery = z.strictObject({ erase })
export const forgetByQuery = z.strictObject({ user_id: userIdQuery, erase })

const count = z.int().min(0)

export const forgottenSchema = z
  .object({
    forgotten: z.boolean().describe('False where the user was not known (any more).'),
    events: count.describe('Events that were erased.'),
    deliveries: count.describe('Deliveries that were erased, with all their attempts.'),
    quarantined_rows: count.describe('Unreadable rows that were erased.'),
  })
  .meta({ id: 'Forgotten', description: 'What was forgotten of a user.' })

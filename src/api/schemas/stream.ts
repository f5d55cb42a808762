import { z } from 'zod'

/** An entry's id, as `last-event-id` brings it back. */
const streamId = z
  .string()
  .regex(/^\d{1,16}-\d{1,20}(\.\d{1,4})?$/, 'must be the id of the last entry that was received')

export const streamHeaders = z.object({
  'last-event-id': streamId
    .optional()
    .describe('What a browser sends when it reconnects: the stream goes on after it.'),
})

export const streamQuery = z.strictObject({
  last_event_id: streamId.optional().describe('The same, where headers cannot be set.'),
})

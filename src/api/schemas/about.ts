import { z } from 'zod'
import { durationShown } from './duration.ts'
import { timestamp } from './time.ts'

const count = z.int().min(0)

export const about = z
  .object({
    version: z.string(),
    node: z.string(),
    started_at: timestamp.describe('When the process that answers was started.'),
    roles: z.array(z.string()).describe('What that process does.'),
    demo: z.boolean().describe('Whether the callers are simulated.'),
    retention: z.object({ events: durationShown, deliveries: durationShown }),
    retry_schedule: z.array(durationShown).describe('Waits before the second, third, … attempt.'),
    redis: z.object({
      version: z.string().nullable().describe('Name and version; null where the server does not tell.'),
      memory_bytes: count.nullable(),
      memory_limit_bytes: count.nullable().describe('Null where it may take what there is.'),
    }),
    queues: z.array(
      z.object({
        queue: z.string(),
        waiting: count,
        oldest_waiting_secs: z.number().min(0).describe('How long the oldest has waited; 0 where none does.'),
      }),
    ),
  })
  .meta({ id: 'About', description: 'What this ringpost is, and how it is doing.' })

import { z } from 'zod'
import { eventId } from '../ids.ts'
import { SYSTEM } from '../outbox/system-outbox.ts'
import { count, type EventDefinition, isoTime, payload, SAMPLE } from './payload.ts'

const BEGAN = '2026-11-20T22:00:00.000Z'

const endpoint = z
  .strictObject({
    id: z.string(),
    url: z.string().describe('Without its query and credentials, and with tokens in its path masked.'),
    description: z.string(),
  })
  .describe('The endpoint that it happened to. Endpoints are told of each other, never of themselves.')

const failingSince = isoTime.describe('When the first of its failures in a row was.')
const message = z.string().describe('The last failure in a plain sentence, with what to do about it.')

const SAMPLE_ENDPOINT = {
  id: 'ep_5f1d9c3ab27e40861c9d7e52',
  url: 'https://hooks.example.com/ringpost',
  description: 'CRM',
}

function sample(type: string, data: Record<string, unknown>, reached = 0): EventDefinition['sample'] {
  return {
    id: eventId({
      sourceId: SYSTEM.id,
      userId: SAMPLE_ENDPOINT.id,
      epoch: Date.parse(BEGAN),
      type,
      count: reached,
    }),
    type,
    timestamp: SAMPLE.timestamp,
    data: { endpoint: SAMPLE_ENDPOINT, ...data },
  }
}

/** What happens to an endpoint; told to the others. */
export const ENDPOINT_EVENTS = {
  'endpoint.failing': {
    description: 'An endpoint has been failing for a long time.',
    schema: payload('endpoint.failing', {
      endpoint,
      failing_since: failingSince,
      failures: count.describe('Failed attempts in a row.'),
      progress: z
        .number()
        .min(0)
        .max(1)
        .describe('How much of the time after which it is disabled has passed: 0.5, 0.7 or 0.9.'),
      disables_at: isoTime.describe('When it is disabled if nothing succeeds before.'),
      message,
    }),
    sample: sample(
      'endpoint.failing',
      {
        failing_since: BEGAN,
        failures: 14,
        progress: 0.5,
        disables_at: '2026-11-25T22:00:00.000Z',
        message: 'The endpoint answered 503.',
      },
      50,
    ),
  },
  'endpoint.disabled': {
    description: 'An endpoint was disabled.',
    schema: payload('endpoint.disabled', {
      endpoint,
      failing_since: failingSince.nullable(),
      disabled_at: isoTime,
      reason: z
        .enum(['failing', 'gone', 'refused'])
        .describe(
          'Nothing but failures for days; a webhook that answers that it is gone for good (410); or a service that takes nothing until somebody has mended what `message` says, such as a token that was revoked, or a channel that was archived.',
        ),
      message,
    }),
    sample: sample('endpoint.disabled', {
      failing_since: BEGAN,
      disabled_at: SAMPLE.timestamp,
      reason: 'gone',
      message: 'The endpoint answered 410: it is gone. Enable it when it is back.',
    }),
  },
  'endpoint.recovered': {
    description: 'An endpoint works again.',
    schema: payload('endpoint.recovered', {
      endpoint,
      failing_since: failingSince,
      recovered_at: isoTime.describe('When an attempt succeeded.'),
    }),
    sample: sample('endpoint.recovered', { failing_since: BEGAN, recovered_at: SAMPLE.timestamp }),
  },
  'ringpost.test': {
    description: 'A test, sent to see whether an endpoint works.',
    schema: payload('ringpost.test', { endpoint, message: z.string() }),
    sample: sample('ringpost.test', {
      message: 'This is a test from ringpost. The endpoint works, and its signature can be verified.',
    }),
  },
} satisfies Record<string, EventDefinition>

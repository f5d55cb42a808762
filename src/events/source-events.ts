import { z } from 'zod'
import { eventId } from '../ids.ts'
import { count, type EventDefinition, isoTime, payload, SAMPLE, source } from './payload.ts'

const BEGAN = '2026-11-23T09:54:00.000Z'

const failingSince = isoTime.describe('When the first poll failed.')

function sample(type: string, data: Record<string, unknown>): EventDefinition['sample'] {
  const { id } = SAMPLE.source
  return {
    id: eventId({ sourceId: id, userId: '', epoch: 0, type, count: Date.parse(BEGAN) }),
    type,
    timestamp: SAMPLE.timestamp,
    data: { source: SAMPLE.source, ...data },
  }
}

/** What happens to a source itself. */
export const SOURCE_EVENTS = {
  'source.failing': {
    description: 'A source cannot be polled.',
    schema: payload('source.failing', {
      source,
      failing_since: failingSince,
      reason: z
        .string()
        .describe(
          'Why, for a program: `key`, `gone` and `request` need a person; the others may pass by themselves.',
        ),
      message: z.string().describe('Why, and what to do about it.'),
    }),
    sample: sample('source.failing', {
      failing_since: BEGAN,
      reason: 'key',
      message: 'The upstream refused the API key (401). Check ELEVENLABS_API_KEY.',
    }),
  },
  'source.recovered': {
    description: 'A source can be polled again.',
    schema: payload('source.recovered', { source, failing_since: failingSince }),
    sample: sample('source.recovered', { failing_since: BEGAN }),
  },
  'source.needs_attention': {
    description: 'A source waits for a person.',
    schema: payload('source.needs_attention', {
      source,
      since: isoTime,
      reason: z
        .enum(['flood', 'mass_removal'])
        .describe('Too many new users at once, or too many who are gone.'),
      users: count.describe('How many users it is about.'),
      message: z.string().describe('What was found, and what to do about it.'),
    }),
    sample: sample('source.needs_attention', {
      since: BEGAN,
      reason: 'flood',
      users: 4_210,
      message:
        '4,210 new users at once look like a mistake: no alerts were sent. Accept them as events, or as the new baseline.',
    }),
  },
} satisfies Record<string, EventDefinition>

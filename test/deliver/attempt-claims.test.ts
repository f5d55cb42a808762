import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAttemptClaims } from '../../src/deliver/attempt-claims.ts'
import type { MadeAttempt } from '../../src/deliver/make-attempt.ts'
import type { Result } from '../../src/deliver/recorder.ts'
import type { EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const sent = (outcome: MadeAttempt['outcome']): MadeAttempt => ({
  attempt: {
    at: '2026-03-01T12:00:00.000Z',
    duration_ms: 5,
    url: 'https://example.com/',
    request: { headers: {}, body: '{}' },
    response: null,
    error: null,
  },
  outcome,
})
const succeeded = sent({ kind: 'succeeded' })
const ours = sent({
  kind: 'failed',
  fault: 'ours',
  error: { code: 'aborted', message: 'It was stopped by ringpost.' },
  retry: 'schedule',
  retryAfterMs: null,
  connectionFailure: false,
})

test('what a batch has sent is recorded, also where Redis does not take the rest back', async () => {
  const eventIds = ['evt_1', 'evt_2', 'evt_3']
  const place = { eventType: 'user.created', sourceId: 'src_a', streamId: '1-1' } as const
  await stage.deliveries.accept(
    EP,
    eventIds.map((eventId) => ({ eventId, ...place })),
  )
  const { claims } = await stage.deliveries.take(EP, 20_000, { room: 3, atOnce: 3, rate: null })
  const givenBack: string[] = []
  const { attempt } = createAttemptClaims({
    deliveries: {
      hold: stage.deliveries.hold,
      release: async (_, some) => {
        givenBack.push(...some.map(({ eventId }) => eventId))
        throw new Error('LOADING Redis is loading the dataset in memory')
      },
    },
    makeAttempt: async () => ({ ...ours, each: [succeeded, ours, succeeded] }),
    schedule: [1_000],
    now: stage.now,
    random: () => 0,
    logger: pino({ level: 'silent' }),
  })
  const recorded: Result[] = []
  const record = async (result: Result) => void recorded.push(result)
  const endpoint = { id: EP, kind: 'hubspot', rate_limit: null } as EndpointRecord
  const claimed = { claims, endpoint, texts: claims.map(() => '{}'), since: 0 }
  await attempt({ record }, claimed, () => undefined)
  expect(recorded.map(({ claim, ending }) => [claim.eventId, ending.status])).toEqual([
    ['evt_1', 'succeeded'],
    ['evt_3', 'succeeded'],
  ])
  expect(givenBack).toEqual(['evt_2'])
})

import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { call, startCalling } from './crm/calling.ts'
import { HOSTILE } from './hostile.ts'
import { startSlack } from './services/slack.ts'

/** A call that tells all that there can be to tell. */
function enriched(userId: string) {
  const conversation = {
    conversation_id: 'conv_1',
    status: 'done',
    start_time_unix_secs: 1_700_000_000,
    duration_secs: 61,
    outcome: 'success',
    summary: userId.slice(0, 1_500),
    phone_number: userId.slice(0, 200),
  }
  return call(userId, { data: { conversation } })
}

test('Slack takes whatever users are called: all of them at once, and one by one at its pace', async () => {
  const slack = await startSlack()
  slack.keepPace()
  const calling = await startCalling(slack)
  const { id } = await calling.addEndpoint(slack.url ?? '', { kind: 'slack' })
  await calling.calls(...HOSTILE.map(enriched))
  await until(async () => (await calling.count(id, 'succeeded')) === HOSTILE.length)
  const digests = slack.bodies.length
  expect(digests).toBeLessThan(HOSTILE.length)
  const few = HOSTILE.filter((text) => text.includes('<!channel>')).slice(0, 3)
  for (const text of few) {
    await calling.calls(enriched(text))
    await until(async () => (await calling.count(id, 'pending')) === 0)
  }
  expect(slack.bodies).toHaveLength(digests + few.length)
  expect(slack.refused).toEqual([])
  expect(slack.seen.flatMap(({ mentions }) => mentions)).toEqual([])
  expect(await calling.count(id, 'succeeded')).toBe(HOSTILE.length + few.length)
}, 90_000)

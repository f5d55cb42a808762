import { expect, test } from 'vitest'
import { startSlack } from '../kinds/services/slack.ts'
import { until } from '../support/until.ts'
import { startNudged } from './nudged.ts'

test('the post-call webhook, and no poll of the schedule, brings a caller to Slack', async ({ annotate }) => {
  const slack = await startSlack()
  slack.keepPace()
  const { simulator, ringpost, source, nudge } = await startNudged()
  await ringpost.api('POST', '/v1/endpoints', { kind: 'slack', url: slack.url })

  simulator.call({ user_id: '+13035550178' })
  const before = await source()
  const began = performance.now()
  expect(await nudge()).toBe(200)
  const seen = await until(() => slack.seen[0])
  await annotate(`from the post-call webhook to Slack: ${Math.round(performance.now() - began)} ms`)
  expect(seen.text).toContain('First-time caller: +1 (303) 555-0178')
  const after = await source()
  // The schedule had not come to it.
  expect(after.nudge?.received).toBe(1)
  expect(Date.parse(after.next_poll_at)).toBeGreaterThan(Date.now())
  expect(after.totals.polls).toBeGreaterThan(before.totals.polls)
})

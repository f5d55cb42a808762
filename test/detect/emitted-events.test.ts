import { afterEach, expect, test } from 'vitest'
import { CATALOGUE, EVENT_TYPES } from '../../src/events/catalogue.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection | null = null
afterEach(() => d?.close())

test('every event that detection emits, of every type that it can, is as the catalogue says', async () => {
  d = await createDetection({ sentiment: true })
  const { simulator } = d
  const rules = { milestones: [5], sentimentThreshold: 0, returnedAfterMs: 30 * 86_400_000, enrich: true }
  simulator.seed({ users: 40, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 40 * 86_400 })
  await d.poll(rules)
  d.pass(600)

  // Created and, at once, at a milestone; without an agent, and with a row that is too long to be copied.
  for (let i = 0; i < 6; i++) simulator.call({ user_id: 'new', agent_id: null })
  simulator.call({ user_id: 'x'.repeat(10_000), summary: 'y' })
  simulator.call({ user_id: '' })
  // Risen and returned; a mood that drops; somebody who is removed, and comes back.
  simulator.call({ user_id: 'user_0000001' })
  simulator.call({ user_id: 'moody', sentiment_score: 0.8 })
  await d.poll(rules)
  d.pass(60)
  for (let i = 0; i < 20; i++) simulator.call({ user_id: 'moody', sentiment_score: -1 })
  await d.poll(rules)
  simulator.removeUser('user_0000002')
  await d.poll(rules, { full: true })
  await d.poll(rules, { full: true })
  simulator.restoreUser('user_0000002')
  await d.poll(rules, { full: true })

  // The source itself: an outage, its end, and a flood.
  simulator.setApiKey('sim_key', { missingPermissions: true })
  await d.poll(rules)
  simulator.setApiKey('sim_key')
  await d.poll(rules)
  d.pass(600)
  simulator.seed({ users: 501, idOf: (i) => `flood-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
  await d.poll(rules)

  const events = await d.events()
  const seen = new Set(events.map(({ type }) => type))
  expect(EVENT_TYPES.filter((type) => /^(user|source)\./.test(type) && !seen.has(type))).toEqual([])
  for (const event of events) {
    const { error } = CATALOGUE[event.type].schema.safeParse(event)
    expect(error, JSON.stringify(event).slice(0, 1_000)).toBeUndefined()
  }
  const enriched = events.filter(({ data }) => 'conversation' in data).map(({ type }) => type)
  expect(new Set(enriched)).toEqual(
    new Set(EVENT_TYPES.filter((type) => type.startsWith('user.') && type !== 'user.removed')),
  )
  expect(brief(events.filter(({ type }) => type === 'user.milestone_reached'))).toContain(
    'new: user.milestone_reached 0→6',
  )
  const failing = events.find(({ type }) => type === 'source.failing')
  expect(failing?.data).toMatchObject({ reason: 'key', message: expect.stringMatching(/convai_read/) })
})

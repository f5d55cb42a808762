import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection({ sentiment: true })
})
afterEach(() => d.close())

const watched = { sentimentThreshold: 0 }
const userOf = (i: number) => `user_${String(i).padStart(7, '0')}`

function score(users: number, recent_average_sentiment_score: number) {
  for (let i = 1; i <= users; i++) {
    d.simulator.overrideRow(userOf(i), { sentiment: { recent_average_sentiment_score } })
  }
}

const types = async () => (await d.events()).map(({ type }) => type)

test('sentiment that nobody has watched for a while is watched again in silence first', async () => {
  d.simulator.seed({ users: 50, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  score(50, 0.5)
  await d.poll(watched)
  d.pass(86_400)
  await d.poll({ sentimentThreshold: null })
  score(50, -0.5)
  d.pass(60 * 86_400)
  expect(await d.poll(watched)).toMatchObject({ outcome: 'done', kind: 'full' })
  expect(await types()).toEqual([])
  // What comes from then on is news.
  score(1, 0.5)
  d.pass(86_400)
  await d.poll(watched)
  d.simulator.call({ user_id: userOf(1) })
  score(1, -0.5)
  d.pass(86_400)
  expect((await d.poll(watched)).events).toMatchObject({ 'user.sentiment.dropped': 1 })
})

test('a sentiment that drops twice at one count is told once, and counted once', async () => {
  d.simulator.seed({ users: 3, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 60 })
  const told: unknown[] = []
  for (const s of [0.5, -0.5, 0.5, -0.5]) {
    score(1, s)
    told.push((await d.poll(watched)).events)
    d.pass(40)
  }
  expect(told).toEqual([{}, { 'user.sentiment.dropped': 1 }, {}, {}])
  expect(await types()).toEqual(['user.sentiment.dropped'])
  expect(await d.state()).toMatchObject({ events_by_type: { 'user.sentiment.dropped': 1 } })
  expect((await d.state()).last_poll?.events).toBe(0)

  // A conversation more, and it is another drop.
  score(1, 0.5)
  await d.poll(watched)
  d.simulator.call({ user_id: userOf(1) })
  score(1, -0.5)
  d.pass(40)
  expect((await d.poll(watched)).events).toMatchObject({ 'user.sentiment.dropped': 1 })
  expect((await types()).filter((type) => type === 'user.sentiment.dropped')).toHaveLength(2)
})

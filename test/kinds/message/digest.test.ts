import { expect, test } from 'vitest'
import { CATALOGUE } from '../../../src/events/catalogue.ts'
import { describeDigest } from '../../../src/kinds/message/describe-digest.ts'
import type { Event, EventType } from '../../../src/types.ts'

const events = (type: EventType, count: number): Event[] =>
  Array.from({ length: count }, () => CATALOGUE[type].sample as Event)
const summary = (all: Event[]) => describeDigest(all, 'https://elevenlabs.io').summary

test('the summary of many alerts names their kind, and how many are of it where there are others', () => {
  const created = events('user.created', 12)
  expect(summary(created)).toMatch(/^12 alerts at once: [^,]+$/)
  expect(summary([...created, ...events('user.removed', 3)])).toMatch(/^15 alerts at once, 12 of them: /)
})

import { expect, test } from 'vitest'
import { matches } from '../../src/fanout/match.ts'
import type { Event, EventType } from '../../src/types.ts'

const event = (type: EventType, source?: string): Event => ({
  id: 'evt_1',
  type,
  timestamp: '2026-01-01T00:00:00.000Z',
  data: source ? { source: { id: source, name: source } } : {},
})

test.each<[string[] | null, EventType, boolean]>([
  [null, 'user.created', true],
  [[], 'user.conversation_count.increased', true],
  [null, 'source.failing', false],
  [['user.*'], 'user.conversation_count.increased', true],
  [['user.conversation_count.*'], 'user.created', false],
  [['user.created'], 'user.created', true],
  [['user.created'], 'user.conversation_count.increased', false],
  [['source.failing', 'user.created'], 'source.failing', true],
  [['*'], 'endpoint.disabled', true],
])('event types %j and %s: %s', (event_types, type, expected) => {
  expect(matches(event(type, 'src_a'), { event_types, source_ids: null })).toBe(expected)
})

test('sources are matched by id, and what has no source is for nobody who asks for one', () => {
  const wants = { event_types: ['*'], source_ids: ['src_a'] }
  expect(matches(event('user.created', 'src_a'), wants)).toBe(true)
  expect(matches(event('user.created', 'src_b'), wants)).toBe(false)
  expect(matches(event('endpoint.failing'), wants)).toBe(false)
})

test('type, source and filter must all be right', () => {
  const wants = { event_types: ['user.*'], source_ids: ['src_a'], filter: { 'data.source.name': ['src_a'] } }
  expect(matches(event('user.created', 'src_a'), wants)).toBe(true)
  expect(matches(event('user.created', 'src_a'), { ...wants, filter: null })).toBe(true)
  expect(matches(event('user.created', 'src_a'), { ...wants, filter: { 'data.source.name': ['b'] } })).toBe(
    false,
  )
  expect(matches(event('user.created', 'src_a'), { ...wants, event_types: ['user.removed'] })).toBe(false)
  expect(matches(event('user.created', 'src_a'), { ...wants, source_ids: ['src_b'] })).toBe(false)
})

test('an endpoint is told of the others and never of itself', () => {
  const event: Event = {
    id: 'evt_1',
    type: 'endpoint.failing',
    timestamp: '2026-03-01T12:00:00.000Z',
    data: { endpoint: { id: 'ep_a', url: 'https://example.com/', description: '' } },
  }
  const wants = { event_types: ['endpoint.*'], source_ids: null }
  expect(matches(event, { ...wants, id: 'ep_a' })).toBe(false)
  expect(matches(event, { ...wants, id: 'ep_b' })).toBe(true)
})

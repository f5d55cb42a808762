import { expect, test } from 'vitest'
import { createExchangeMemories } from '../../src/deliver/exchange-memories.ts'
import { until } from '../support/until.ts'

const V = '2026-11-23T10:00:00.000Z'

test('what was noted of a caller and the token are there for the next exchange with the endpoint as it is', () => {
  const memories = createExchangeMemories()
  const first = memories.of('ep_a', V)
  expect([first.token(), first.caller('u')]).toEqual([null, {}])
  first.noteToken('t0ken')
  first.noteCaller('u', { record: '7' })
  first.noteCaller('u', { sent: '{}' })
  const next = memories.of('ep_a', V)
  expect([next.token(), next.caller('u')]).toEqual(['t0ken', { record: '7', sent: '{}' }])
  expect(memories.of('ep_b', V).token()).toBeNull()
  const changed = memories.of('ep_a', '2026-11-23T11:00:00.000Z')
  expect([changed.token(), changed.caller('u')]).toEqual([null, {}])
  expect(memories.size()).toBe(0)
})

test('callers are bounded by their size, of one endpoint and of all, and never take the place of a token', () => {
  const memories = createExchangeMemories({ ofOne: 10_000, ofAll: 20_000 })
  for (const id of ['ep_a', 'ep_b', 'ep_c']) {
    const memory = memories.of(id, V)
    memory.noteToken(`token of ${id}`)
    for (let i = 0; i < 100; i++) memory.noteCaller(`user_${i}`, { sent: 'x'.repeat(1_000) })
    expect(memories.size()).toBeLessThanOrEqual(id === 'ep_a' ? 10_000 : 20_000)
    // What came last is there.
    expect(memory.caller('user_99').sent).toHaveLength(1_000)
    expect(memory.caller('user_0')).toEqual({})
    memory.noteCaller('huge', { sent: 'x'.repeat(50_000) })
    expect(memory.caller('huge')).toEqual({})
  }
  for (const id of ['ep_a', 'ep_b', 'ep_c']) expect(memories.of(id, V).token()).toBe(`token of ${id}`)
  expect(memories.size()).toBeLessThanOrEqual(20_000)
})

test('a token that is too long is used once, and still told to be hidden', () => {
  const memories = createExchangeMemories()
  const memory = memories.of('ep_a', V)
  const long = 't'.repeat(2_000_000)
  memory.noteToken(long)
  expect(memory.token()).toBeNull()
  expect(memory.tokens()).toEqual([long])
})

test('every token that an exchange has had is told to be hidden, also one that is given up', () => {
  const memories = createExchangeMemories()
  memories.of('ep_a', V).noteToken('old')
  const memory = memories.of('ep_a', V)
  memory.token()
  memory.noteToken(null)
  memory.noteToken('new')
  expect(memory.tokens()).toEqual(['old', 'new'])
})

test('a user who is forgotten is so at every endpoint, and nobody is noted by what began before', () => {
  const memories = createExchangeMemories()
  const [a, b] = [memories.of('ep_a', V), memories.of('ep_b', V)]
  for (const memory of [a, b]) {
    memory.noteToken('t0ken')
    memory.noteCaller('u', { sent: '{}' })
    memory.noteCaller('other', { sent: '{}' })
  }
  memories.forgetCaller('u')
  a.noteCaller('u', { sent: '{}' })
  for (const id of ['ep_a', 'ep_b']) {
    const memory = memories.of(id, V)
    expect([memory.caller('u'), memory.caller('other'), memory.token()]).toEqual([
      {},
      { sent: '{}' },
      't0ken',
    ])
    memory.noteCaller('u', { sent: '{}' })
    expect(memory.caller('u')).toEqual({ sent: '{}' })
  }
})

test('all of it goes by itself, with nobody asking', async () => {
  const memories = createExchangeMemories({ keptMs: 50 })
  const memory = memories.of('ep_a', V)
  memory.noteToken('t0ken')
  memory.noteCaller('u', { sent: '{}' })
  expect(memories.size()).toBeGreaterThan(0)
  await until(() => memories.size() === 0 && memory.token() === null)
  expect(memory.caller('u')).toEqual({})
})

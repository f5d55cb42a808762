import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCallCentre } from '../../src/simulator/call-centre.ts'
import type { CallInput } from '../../src/simulator/calls.ts'
import { runSimulator } from '../../src/simulator/main.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { startScenario } from '../../src/simulator/scenario.ts'
import { NOW, NOW_SECS, type Page } from './support.ts'

const DAY = 86_400

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function record(seed: number) {
  const calls: CallInput[] = []
  const simulator = { call: (input: CallInput) => String(calls.push(input)) }
  const stop = startScenario(simulator, { random: seededRandom(seed) })
  return { calls, stop }
}

test('the past: about forty callers, spread over sixty days, with the three agents', () => {
  const { calls, stop } = record(1)
  stop()
  const callers = new Set(calls.map((call) => call.user_id))
  expect(callers.size).toBe(40)
  for (const caller of callers) expect(caller).toMatch(/^(\+1\d{3}55501\d{2}|crm_\d+)$/)
  expect([...callers].filter((id) => id.startsWith('crm_')).length).toBeGreaterThan(1)
  expect(new Set(calls.map((call) => call.agent_name))).toEqual(
    new Set(['Front Desk', 'Booking Line', 'After Hours']),
  )
  const times = calls.map((call) => call.at_unix_secs ?? 0)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times[0]).toBeGreaterThanOrEqual(NOW_SECS - 60 * DAY)
  expect(times[0]).toBeLessThan(NOW_SECS - 50 * DAY)
  expect(times.at(-1)).toBeLessThan(NOW_SECS)
  expect(times.at(-1)).toBeGreaterThan(NOW_SECS - 5 * DAY)
})

test('live: about a call every four seconds, six in ten from somebody new, until it is stopped', async () => {
  const { calls, stop } = record(2)
  const known = new Set(calls.map((call) => call.user_id))
  const before = calls.length
  await vi.advanceTimersByTimeAsync(4_000_000)
  const live = calls.slice(before)
  expect(live.length).toBeGreaterThan(900)
  expect(live.length).toBeLessThan(1100)
  const fresh = live.filter((call) => !known.has(call.user_id) && known.add(call.user_id))
  expect(fresh.length / live.length).toBeGreaterThan(0.55)
  expect(fresh.length / live.length).toBeLessThan(0.65)
  for (const call of live) expect(call.at_unix_secs).toBeUndefined()
  stop()
  stop()
  const after = calls.length
  await vi.advanceTimersByTimeAsync(100_000)
  expect(calls).toHaveLength(after)
  expect(vi.getTimerCount()).toBe(0)
})

test('the same seed tells the same story; another seed, another', () => {
  const story = (seed: number) => {
    const centre = createCallCentre(seededRandom(seed))
    const past = centre.past({ callers: 40, days: 60, now: NOW })
    return [past, Array.from({ length: 200 }, () => centre.next(4000))]
  }
  expect(story(7)).toEqual(story(7))
  expect(story(7)).not.toEqual(story(8))
})

test('runSimulator serves the story over HTTP, and closing it ends both', async () => {
  const simulator = await runSimulator({ users: 500, apiKey: 'k' })
  const list = async () => {
    const response = await fetch(`${simulator.url}/v1/convai/users?page_size=100`, {
      headers: { 'xi-api-key': 'k' },
    })
    return (await response.json()) as Page
  }
  expect(simulator.userCount).toBe(540)
  const first = await list()
  expect(first.users[0]?.user_id).toMatch(/^(\+1|crm_)/)
  await vi.advanceTimersByTimeAsync(60_000)
  const then = await list()
  expect(then.users[0]?.last_contact_unix_secs).toBeGreaterThan(NOW_SECS)
  expect(simulator.userCount).toBeGreaterThan(540)
  await simulator.close()
  const { userCount } = simulator
  await vi.advanceTimersByTimeAsync(600_000)
  expect(simulator.userCount).toBe(userCount)
})

test('runSimulator without the story is empty', async () => {
  const simulator = await runSimulator({ scenario: false })
  expect(simulator.userCount).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  await simulator.close()
})

import { expect, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import { startDelivering } from '../deliver/delivering.ts'
import { until } from '../support/until.ts'
import { SERVICES } from './services/all.ts'
import type { Service } from './services/service.ts'
import { startSlack } from './services/slack.ts'

const CHATS = ['slack', 'discord', 'teams', 'telegram']

async function startChat(service: Service, over: Parameters<typeof startDelivering>[0] = {}) {
  const delivering = await startDelivering({ schedule: [1_000, 60_000], ...over })
  const { id } = await delivering.addEndpoint(service.url ?? '', {
    kind: service.kind,
    settings: service.settings,
  })
  return { ...delivering, id, succeeded: () => delivering.count(id, 'succeeded') }
}

test('5,000 first-time callers at once are a few messages, and no 429', async () => {
  const slack = await startSlack()
  slack.keepPace()
  const { happen, succeeded } = await startChat(slack)
  await happen(5_000)
  await until(async () => (await succeeded()) === 5_000, { within: 60_000 })
  expect(slack.refused).toEqual([])
  expect(slack.bodies.length).toBeLessThan(25)
  const counts = slack.seen.map(({ text }) =>
    Number(/^([\d,]+) alerts/.exec(text)?.[1]?.replace(',', '') ?? 1),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5_000)
}, 90_000)

test.each(CHATS)(
  '%s gets one message for eleven that wait, with a count and the first ones',
  async (kind) => {
    const service = await (SERVICES[kind] as () => Promise<Service>)()
    const { happen, succeeded, reader, id, endpoints } = await startChat(service)
    await endpoints.patch(id, { rate_limit: 0.5 })
    await happen(11)
    await until(async () => (await succeeded()) === 11)
    const digests = service.seen.filter(({ text }) => /alerts at once/.test(text))
    expect(digests).toHaveLength(1)
    expect(digests[0]?.mentions).toEqual([])
    expect(digests[0]?.text).toContain('11 alerts at once')
    expect(digests[0]?.text).toContain('First-time caller: evt_1')
    expect(digests[0]?.text).toContain('and 1 more')
    // The log of a delivery names nobody else.
    const delivery = await reader.get(deliveryId('evt_1', id), [id])
    expect(delivery?.attempts[0]?.request.body).toBe('(one message for this and 10 others)')
  },
)

test('ten that wait are ten messages', async () => {
  const service = await (SERVICES.teams as () => Promise<Service>)()
  const { happen, succeeded, id, endpoints } = await startChat(service)
  await endpoints.patch(id, { rate_limit: 1_000 })
  await happen(10)
  await until(async () => (await succeeded()) === 10)
  expect(service.bodies).toHaveLength(10)
})

test('webhooks are never put together', async () => {
  const service = await (SERVICES.webhook as () => Promise<Service>)()
  const { happen, succeeded } = await startChat(service)
  await happen(50)
  await until(async () => (await succeeded()) === 50)
  expect(service.bodies).toHaveLength(50)
})

test('a digest that is refused comes back as one, and none of it is lost', async () => {
  const service = await (SERVICES.teams as () => Promise<Service>)()
  service.answer({ status: 502, body: '' })
  const { happen, succeeded, count, id } = await startChat(service, { schedule: [100, 100] })
  await happen(40)
  await until(async () => (await count(id, 'retrying')) === 40)
  service.answerAgain()
  await until(async () => (await succeeded()) === 40)
  expect(service.seen.filter(({ text }) => text.includes('40 alerts at once'))).toHaveLength(1)
})

test('a service that asks for patience is asked for nothing else meanwhile', async () => {
  const service = await startSlack()
  const asked: number[] = []
  service.onRequest(() => asked.push(Date.now()))
  service.answer({ status: 429, headers: { 'retry-after': '2' }, body: '' })
  const { happen, succeeded, id, count } = await startChat(service)
  await happen(1)
  await until(async () => (await count(id, 'retrying')) === 1)
  service.answerAgain()
  await happen(1)
  await until(async () => (await succeeded()) === 2)
  const [first = 0, second = 0] = asked
  expect(second - first).toBeGreaterThan(1_900)
})

import { describe, expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { startHubspot } from '../services/hubspot.ts'
import { COUNT, startPipedrive } from '../services/pipedrive.ts'
import { startSalesforce } from '../services/salesforce.ts'
import { call, startCalling } from './calling.ts'

const MANY = 5_000

describe.each([
  ['hubspot', startHubspot, 100],
  ['salesforce', startSalesforce, 200],
] as const)('%s', (_name, start, most) => {
  test('gets five thousand callers at once in batches, each of them once', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    // All of them wait before the first is sent.
    const { id } = await calling.addCrm({ enabled: true, rate_limit: 1_000 })
    const events = Array.from({ length: MANY }, (_, i) => call(`+1555${String(i).padStart(7, '0')}`))
    await calling.calls(...events)
    await until(async () => (await calling.count(id, 'succeeded')) === MANY, { within: 60_000 })
    expect(crm.records.size).toBe(MANY)
    expect([...crm.records.values()].filter(({ writes }) => writes !== 1)).toEqual([])
    // A first batch may be small; Salesforce is asked twice for who is new.
    const batches = Math.ceil(MANY / most)
    expect(crm.writes().length).toBeLessThanOrEqual((batches + 10) * (crm.kind === 'salesforce' ? 2 : 1))
  })

  test('lets one that is refused fail alone', async () => {
    const crm = await start()
    crm.cursed.add('user_7')
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    const events = Array.from({ length: 40 }, (_, i) => call(`user_${i}`))
    await calling.calls(...events)
    await until(async () => (await calling.count(id, 'pending')) === 0)
    expect(await calling.count(id, 'succeeded')).toBe(39)
    const failed = await calling.deliveryOf(events[7] ?? call(''), id)
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'rejected' } })
    expect(failed?.error?.message).toContain('This contact is refused')
    const endpoint = await calling.endpoints.get(id)
    expect(endpoint.enabled).toBe(true)
    expect((await calling.redis.hget(calling.keys.endpoint(id).health, 'failures')) ?? '0').toBe('0')
  })

  test('keeps of an attempt what was about its own caller', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    const [first, second] = [call('user_first'), call('user_second')]
    await calling.calls(first, second)
    await until(async () => (await calling.count(id, 'succeeded')) === 2)
    const text = JSON.stringify(await calling.deliveryOf(first, id))
    expect(text).toContain('user_first')
    expect(text).not.toContain('user_second')
  })

  test('sends the newest of several events about one caller', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    const type = 'user.conversation_count.increased'
    await calling.calls(
      call('user_1', { count: 3, type }),
      call('user_1', { count: 5, type }),
      call('user_1'),
    )
    await until(async () => (await calling.count(id, 'succeeded')) === 3)
    expect(JSON.stringify(crm.records.get('user_1')?.fields)).toMatch(/[:"]5[",}]/)
  })
})

test('an event that comes late does not take the place of a newer one', async () => {
  const crm = await startHubspot()
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  const type = 'user.conversation_count.increased'
  crm.answerOnce({ status: 503, body: '' })
  await calling.calls(call('user_1', { count: 3, type }))
  await until(async () => (await calling.count(id, 'retrying')) === 1)
  await calling.calls(call('user_1', { count: 4, type }))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  calling.clock.ms += 120_000
  await calling.drains[0]?.drain(id)
  await until(async () => (await calling.count(id, 'succeeded')) === 2)
  expect(crm.records.get('user_1')?.fields.ringpost_conversations).toBe('4')
})

test('two of HubSpot’s answers to a batch: as a whole, and by contact', async () => {
  const crm = await startHubspot({ multiStatus: true })
  crm.cursed.add('user_2')
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_1'), call('user_2'), call('user_3'))
  await until(async () => (await calling.count(id, 'pending')) === 0)
  expect(await calling.count(id, 'succeeded')).toBe(2)
  expect(await calling.count(id, 'failed')).toBe(1)
})

test('a property that HubSpot does not have is said once, and not looked for by halves', async () => {
  const crm = await startHubspot()
  const calling = await startCalling(crm)
  const template = { always: { lead_score: '{{data.user.conversation_count}}' } }
  const { id } = await calling.addCrm({ template })
  await calling.calls(...Array.from({ length: 50 }, (_, i) => call(`user_${i}`)))
  await until(async () => !(await calling.endpoints.get(id)).enabled)
  expect((await calling.endpoints.get(id)).disabled_reason).toContain('no contact property lead_score')
  expect(crm.writes().length).toBeLessThanOrEqual(2)
})

test('a batch in which most are refused ends within a few requests, and the rest is tried again', async () => {
  const crm = await startHubspot()
  for (let i = 0; i < 30; i++) crm.cursed.add(`user_${i}`)
  const calling = await startCalling(crm, { schedule: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] })
  const { id } = await calling.addCrm()
  await calling.calls(...Array.from({ length: 40 }, (_, i) => call(`user_${i}`)))
  await until(async () => (await calling.count(id, 'succeeded')) === 10)
  await until(async () => (await calling.count(id, 'failed')) === 30)
  expect(crm.records.size).toBe(10)
})

test('a token that has expired is got anew, once', async () => {
  const crm = await startSalesforce()
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_1'))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  const tokensOf = () => crm.asked.filter(({ path }) => path.endsWith('/oauth2/token')).length
  expect(tokensOf()).toBe(1)
  await calling.calls(call('user_2'))
  await until(async () => (await calling.count(id, 'succeeded')) === 2)
  expect(tokensOf()).toBe(1)
  crm.expire()
  await calling.calls(call('user_3'))
  await until(async () => (await calling.count(id, 'succeeded')) === 3)
  expect(tokensOf()).toBe(2)
  // Whatever address came with the token, nothing went there.
  expect(crm.asked.every(({ headers }) => headers.host === crm.asked[0]?.headers.host)).toBe(true)
})

test('a token that Salesforce takes no more, and sends back, stands in no log', async () => {
  const crm = await startSalesforce()
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_1'))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  const token = String(crm.asked.at(-1)?.headers.authorization).replace('Bearer ', '')
  // To the request, and to the one for a new token.
  const echo = { status: 401, body: `[{"message":"Session expired: ${token}"}]` }
  const refusal = { error: 'invalid_client', error_description: `not with ${token}` }
  crm.answerOnce(echo, { status: 400, body: JSON.stringify(refusal) })
  const late = call('user_2')
  await calling.calls(late)
  await until(async () => (await calling.count(id, 'pending')) === 0)
  await until(async () => !(await calling.endpoints.get(id)).enabled)
  const told = JSON.stringify([await calling.deliveryOf(late, id), await calling.endpoints.get(id)])
  expect(told).toContain('••••')
  expect(told).not.toContain(token)
})

test('a person who was deleted in Pipedrive is made again', async () => {
  const crm = await startPipedrive()
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_1'))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  crm.forget('user_1')
  await calling.calls(call('user_1', { count: 2, type: 'user.conversation_count.increased' }))
  await until(async () => (await calling.count(id, 'succeeded')) === 2)
  expect(crm.records.get('user_1')?.fields).toMatchObject({ custom_fields: { [COUNT]: 2 } })
})

test('somebody with the id of another in another field is not taken for them', async () => {
  const crm = await startPipedrive()
  crm.persons.push({ id: 900, custom_fields: { ['f'.repeat(40)]: 'user_1' } })
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_1'))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  expect(crm.records.get('user_1')?.id).not.toBe('900')
})

test('Salesforce has what only a new record gets, also where a record can be made without it', async () => {
  const crm = await startSalesforce()
  crm.fills.lastName = true
  const calling = await startCalling(crm)
  const { id } = await calling.addCrm()
  await calling.calls(call('user_new'))
  await until(async () => (await calling.count(id, 'succeeded')) === 1)
  expect([...crm.records.values()].map(({ fields }) => fields.LastName)).toEqual(['user_new'])
})

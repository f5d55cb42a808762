import { describe, expect, test } from 'vitest'
import { classifyResponse, classifyVerdict } from '../../../src/deliver/failures.ts'
import { keyOf } from '../../../src/kinds/crm/callers.ts'
import { kindOf } from '../../../src/kinds/kinds.ts'
import { startTestApi } from '../../api/support.ts'
import { until } from '../../support/until.ts'
import { HOSTILE } from '../hostile.ts'
import type { Turn } from '../services/crm.ts'
import { CRMS, call, startCalling } from './calling.ts'

/** What every kind that keeps records has to pass, at a service that does as its documentation says. */
describe.each(Object.entries(CRMS))('%s', (_name, start) => {
  test('makes a record of a caller, and brings it up to date', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    await calling.calls(call('+15551234567'))
    await until(async () => (await calling.count(id, 'succeeded')) === 1)
    expect(JSON.stringify(crm.records.get('+15551234567')?.fields)).toContain('+15551234567')
    await calling.calls(call('+15551234567', { count: 4, type: 'user.conversation_count.increased' }))
    await until(async () => (await calling.count(id, 'succeeded')) === 2)
    expect(crm.records.size).toBe(1)
    expect(JSON.stringify(crm.records.get('+15551234567')?.fields)).toMatch(/[:"]4[",}]/)
    expect(crm.refused.filter(({ body }) => !body.includes('REQUIRED_FIELD_MISSING'))).toEqual([])
  })

  test('leaves a name alone that somebody has written', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    await calling.calls(call('user_1'))
    await until(async () => (await calling.count(id, 'succeeded')) === 1)
    const fields = crm.records.get('user_1')?.fields ?? {}
    Object.assign(fields, { LastName: 'Lovelace', name: 'Ada Lovelace', firstname: 'Ada' })
    await calling.calls(call('user_1', { count: 2, type: 'user.conversation_count.increased' }))
    await until(async () => (await calling.count(id, 'succeeded')) === 2)
    expect(fields).toMatchObject({ LastName: 'Lovelace', name: 'Ada Lovelace', firstname: 'Ada' })
  })

  test('keeps one record for each user, whatever their id is', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    const ids = [...HOSTILE, 'case', 'x y', ' x y', 'x  y', 'é', 'e\u0301', '__proto__', 'constructor', '🎉']
    await calling.calls(...ids.map((userId) => call(userId)))
    await until(async () => (await calling.count(id, 'pending')) === 0)
    expect(await calling.count(id, 'succeeded')).toBe(ids.length)
    expect([...crm.records.keys()].sort()).toEqual(
      [...new Set(ids.map((userId) => keyOf(userId, 255)))].sort(),
    )
    expect(crm.records.size).toBe(new Set(ids).size)
    for (const { fields } of crm.records.values()) expect(fields.twin).toBeUndefined()
  })

  test('makes one record of a caller of whom several events come at once', async () => {
    const crm = await start()
    // What was made is found only later, and nothing is remembered by another process.
    if (crm.index) crm.index.upTo = 0
    const calling = await startCalling(crm, { workers: 2 })
    const { id } = await calling.addCrm()
    const users = Array.from({ length: 8 }, (_, i) => `user_${i}`)
    const type = 'user.conversation_count.increased'
    await calling.calls(...users.flatMap((user) => [call(user), call(user, { count: 2, type })]))
    await until(async () => (await calling.count(id, 'succeeded')) === 16)
    expect([...crm.records.keys()].sort()).toEqual(users)
    for (const { fields } of crm.records.values()) expect(fields.twin).toBeUndefined()
  })

  test('refuses what is about no caller, alone and in a sentence', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm({ event_types: ['*'] })
    const about = call('x', { type: 'source.failing', data: { user: undefined } })
    const good = call('user_1')
    await calling.calls(about, good)
    await until(async () => (await calling.count(id, 'succeeded')) === 1)
    await until(async () => (await calling.count(id, 'failed')) === 1)
    const delivery = await calling.deliveryOf(about, id)
    expect(delivery?.error?.message).toMatch(/keeps records of callers/)
    expect((await calling.deliveryOf(good, id))?.status).toBe('succeeded')
  })

  test('makes one record where the answer is lost, however late the service can find it', async () => {
    const crm = await start()
    const calling = await startCalling(crm, { schedule: [1, 1, 1, 1] })
    const { id } = await calling.addCrm()
    if (crm.index) crm.index.upTo = 0
    // The write is done each time, and nobody hears of it.
    const before: Turn[] = { hubspot: [], pipedrive: two(), salesforce: two() }[crm.kind as 'hubspot']
    crm.answerOnce(...before, 'cut')
    await calling.calls(call('user_1'))
    await until(async () => (await calling.count(id, 'succeeded')) === 1)
    expect(crm.writes().length).toBeGreaterThan(1)
    expect(crm.records.get('user_1')?.fields.twin).toBeUndefined()
    expect([...crm.records.keys()]).toEqual(['user_1'])
  })

  test('waits as long as it is asked to, and asks for nothing meanwhile', async () => {
    const crm = await start()
    const calling = await startCalling(crm, { schedule: [1, 1, 1] })
    const { id } = await calling.addCrm()
    const limit = crm.documented.find(({ waitMs }) => waitMs === 3_600_000)
    expect(limit).toBeDefined()
    if (limit === undefined) return
    crm.answerAlways(limit)
    await calling.calls(call('user_1'))
    await until(async () => (await calling.count(id, 'retrying')) === 1)
    const asked = crm.asked.length
    await calling.calls(call('user_2'), call('user_3'))
    // It is asked for, and has nothing to give.
    await calling.drains[0]?.drain(id)
    expect(crm.asked.length).toBe(asked)
    crm.answerAlways(null)
    calling.clock.ms += 3_700_000
    await calling.drains[0]?.drain(id)
    await until(async () => (await calling.count(id, 'succeeded')) === 3)
    expect((await calling.endpoints.get(id)).enabled).toBe(true)
  })

  test('tells the endpoint what a person has to mend', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const secret =
      crm.kind === 'salesforce' ? 'client_secret' : crm.kind === 'hubspot' ? 'access_token' : 'api_token'
    const { id } = await calling.addCrm({ settings: { ...crm.settings, [secret]: 'not-the-right-one' } })
    await calling.calls(call('user_1'))
    await until(async () => !(await calling.endpoints.get(id)).enabled)
    const { disabled_reason } = await calling.endpoints.get(id)
    expect(disabled_reason).toMatch(/token|secret/)
    expect(disabled_reason).not.toContain('not-the-right-one')
  })

  test('has every documented answer classified', async () => {
    const crm = await start()
    for (const answer of crm.documented) {
      const headers = answer.headers ?? {}
      const verdict = kindOf(crm.kind).classify({ ...answer, headers }, 0)
      const outcome =
        verdict === null
          ? classifyResponse(answer.status, headers, 'https://x/', 0)
          : classifyVerdict(verdict)
      const what = `${answer.status} ${answer.body}`
      const named =
        outcome.kind === 'succeeded'
          ? 'succeeded'
          : outcome.disable
            ? 'disabled'
            : outcome.retry === 'never'
              ? 'never'
              : 'again'
      expect(named, what).toBe(answer.outcome)
      if (outcome.kind !== 'failed') continue
      expect(outcome.retryAfterMs, what).toBe(answer.waitMs ?? null)
      expect(outcome.error.message, what).toMatch(/^[A-Z].*[.…]?$/)
    }
  })

  test('shows its secrets nowhere, also where the service sends them back', async () => {
    const crm = await start()
    const api = await startTestApi()
    const { endpoint } = await api.endpointsWith({ checkUrl: () => undefined }).create({
      kind: crm.kind,
      settings: crm.settings,
      description: '',
      event_types: null,
      source_ids: null,
      headers: {},
      enabled: true,
    })
    const tested = await api.post(`/v1/endpoints/${endpoint.id}/test`, {})
    expect(tested.json, tested.text).toMatchObject({ status: 'succeeded' })
    // A test of the endpoint makes nobody.
    expect(crm.records.size).toBe(0)
    const good = await api.post(`/v1/endpoints/${endpoint.id}/test`, { event_type: 'user.created' })
    expect(good.json, good.text).toMatchObject({ status: 'succeeded' })
    expect(crm.records.size).toBe(1)
    crm.answerAlways({ status: 418, headers: {}, body: 'You asked' }, true)
    const bad = await api.post(`/v1/endpoints/${endpoint.id}/test`, { event_type: 'user.created' })
    expect(bad.json.status).toBe('failed')
    const answers = [
      tested.text,
      good.text,
      bad.text,
      (await api.get(`/v1/endpoints/${endpoint.id}`)).text,
      (await api.get('/v1/deliveries')).text,
      (await api.get('/v1/config')).text,
      JSON.stringify(await api.redis.hgetall(api.keys.endpoints)),
      api.lines.join('\n'),
    ]
    for (const secret of crm.secrets) {
      for (const [i, answer] of answers.entries())
        expect(answer.includes(secret), `${i}: ${answer}`).toBe(false)
    }
  })

  test('does not take its secrets along to another host', async () => {
    const crm = await start()
    const calling = await startCalling(crm)
    const { id } = await calling.addCrm()
    const { hosts, fields } = kindOf(crm.kind)
    const elsewhere = { [hosts?.setting ?? '']: 'http://127.0.0.2:9' }
    const secrets = Object.fromEntries(
      fields.flatMap(({ name, secret }) => (secret ? [[name, crm.settings[name] ?? '']] : [])),
    )
    const paths = Object.keys(secrets).map((name) => `settings.${name}`)
    await expect(calling.endpoints.patch(id, { settings: elsewhere })).rejects.toMatchObject({
      fields: paths.map((path) => ({ path })),
    })
    await calling.endpoints.patch(id, { settings: { ...elsewhere, ...secrets } })
    await calling.endpoints.patch(id, { description: 'as it is' })
  })

  test('takes no host but the service’s', async () => {
    const crm = await start()
    const api = await startTestApi()
    const { setting = '' } = kindOf(crm.kind).hosts ?? {}
    const others = [
      'https://evil.example',
      'https://my.salesforce.com.evil.example',
      'https://hubapi.com.evil.example',
    ]
    for (const url of [...others, 'https://pipedrive.com.evil.example', 'https://8.8.8.8']) {
      const refused = await api.post('/v1/endpoints', {
        kind: crm.kind,
        settings: { ...crm.settings, [setting]: url },
      })
      expect(refused.status, url).toBe(422)
      expect(refused.json.errors[0].path).toBe(`settings.${setting}`)
    }
    // Private addresses are closed here.
    const local = await api.post('/v1/endpoints', { kind: crm.kind, settings: crm.settings })
    expect(local.status).toBe(422)
    const official = { hubspot: 'https://api.hubapi.com', pipedrive: 'https://acme.pipedrive.com' }[
      crm.kind as 'hubspot'
    ]
    const settings = { ...crm.settings, [setting]: official ?? 'https://acme--dev.sandbox.my.salesforce.com' }
    expect((await api.post('/v1/endpoints', { kind: crm.kind, settings })).status).toBe(201)
  })
})

/** Requests before the one that makes a record: a search and a look at the newest, or a token and an update. */
function two(): Turn[] {
  return ['usual', 'usual']
}

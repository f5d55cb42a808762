import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyResponse, classifyVerdict } from '../../src/deliver/failures.ts'
import { kindOf } from '../../src/kinds/kinds.ts'
import type { Event } from '../../src/types.ts'
import { startTestApi } from '../api/support.ts'
import { startDelivering } from '../deliver/delivering.ts'
import { until } from '../support/until.ts'
import { HOSTILE } from './hostile.ts'
import { EVERY_TYPE, eventWith, sendTo, targetOf } from './send.ts'
import { SERVICES } from './services/all.ts'
import type { Documented, Seen, Service } from './services/service.ts'

/** What every kind of destination has to pass, at a service that does as its documentation says. */
describe.each(Object.entries(SERVICES))('%s', (_name, start) => {
  test('takes every type of event, and shows which it was', async () => {
    const service = await start()
    for (const type of EVERY_TYPE) {
      const event = eventWith(type, null)
      const { status, body, sent } = await sendTo(service, event)
      expect(status, `${type}: ${body} ${sent}`).toBeLessThan(300)
      expect(service.seen.at(-1)?.text).toContain(event.id)
      expect(service.seen.at(-1)?.mentions).toEqual([])
    }
  })

  test.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))(
    'is not changed in its structure by %s',
    async (_shown, text) => {
      const service = await start()
      for (const type of EVERY_TYPE) await expectHarmless(service, type, text)
    },
  )

  test('is not changed in its structure by any text', async () => {
    const service = await start()
    const marks = fc.constantFrom(...'<>&@#!*_~`|[](){}\\/:$"-.\n')
    const unit = fc.oneof(marks, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
    const text = fc.array(unit, { maxLength: 400 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, (some) => expectHarmless(service, 'user.created', some)),
      { numRuns: 60 },
    )
  })

  test('keeps its limits for an event of any shape', async () => {
    const service = await start()
    const event = eventWith('user.created', null)
    for (const data of [
      {},
      { user: null },
      { user: { user_id: 5, conversation_count: 'x'.repeat(9_000) } },
    ]) {
      const odd = { ...event, data } as unknown as Event
      const { status, body } = await sendTo(service, odd)
      expect(status, body).toBeLessThan(300)
    }
  })

  test('has every documented answer classified', async () => {
    const service = await start()
    const { url } = targetOf(service)
    for (const answer of service.documented) {
      const headers = answer.headers ?? {}
      const verdict = kindOf(service.kind).classify({ ...answer, headers }, 0)
      const outcome =
        verdict === null ? classifyResponse(answer.status, headers, url, 0) : classifyVerdict(verdict)
      const what = `${answer.status} ${answer.body}`
      expect(namedOutcome(outcome), what).toBe(answer.outcome)
      if (outcome.kind !== 'failed') continue
      expect(outcome.retryAfterMs, what).toBe(answer.waitMs ?? null)
      expect(outcome.error.message, what).toMatch(/^(n8n|[A-Z]).*\.$/)
    }
  })

  test('shows its secrets nowhere, also where the service sends them back', async () => {
    const service = await start()
    const api = await startTestApi()
    const created = await api.endpointsWith({ checkUrl: () => undefined }).create({
      kind: service.kind,
      ...(service.url === null ? {} : { url: service.url }),
      settings: service.settings,
      description: '',
      event_types: null,
      source_ids: null,
      headers: {},
      enabled: true,
    })
    const { id } = created.endpoint
    const good = await api.post(`/v1/endpoints/${id}/test`, {})
    expect(good.json).toMatchObject({ status: 'succeeded' })
    service.answer({
      status: 418,
      headers: { 'x-asked': service.url ?? service.secrets[0] ?? '' },
      body: 'You asked',
    })
    const bad = await api.post(`/v1/endpoints/${id}/test`, { event_type: 'user.created' })
    expect(bad.json.status).toBe('failed')
    const answers = [
      good.text,
      bad.text,
      (await api.get(`/v1/endpoints/${id}`)).text,
      (await api.get('/v1/endpoints')).text,
      (await api.get('/v1/deliveries')).text,
      (await api.get('/v1/config')).text,
      JSON.stringify(created.endpoint),
      JSON.stringify(await api.redis.hgetall(api.keys.endpoints)),
      api.lines.join('\n'),
    ]
    for (const secret of service.secrets) {
      for (const [i, answer] of answers.entries())
        expect(answer.includes(secret), `${i}: ${answer}`).toBe(false)
    }
  })

  test('is sent to no faster than it takes', async () => {
    const delivering = await startDelivering({ schedule: [60_000] })
    const service = await start()
    service.keepPace()
    const { id } = await delivering.addEndpoint(service.url ?? '', {
      kind: service.kind,
      settings: service.settings,
    })
    await delivering.happen(3)
    await until(async () => (await delivering.count(id, 'succeeded')) === 3)
    expect(service.refused).toEqual([])
    expect(service.bodies).toHaveLength(3)
  })
})

/** What is shown has the parts of a harmless message, calls nobody, and leads nowhere but to the conversation. */
async function expectHarmless(service: Service, type: Event['type'], text: string): Promise<void> {
  const harmless = await seenOf(service, eventWith(type, 'harmless'))
  const event = eventWith(type, text)
  const seen = await seenOf(service, event)
  expect(seen.mentions, seen.text).toEqual([])
  expect(seen.parts, seen.text).toEqual(harmless.parts)
  expect(seen.links.length).toBe(harmless.links.length)
  for (const link of seen.links)
    expect(link).toMatch(/^https:\/\/elevenlabs\.io\/app\/agents\/history\/[^/?#&<>|]*$/)
  expect(seen.text).toContain(event.id)
}

async function seenOf(service: Service, event: Event): Promise<Seen> {
  const { status, body, sent } = await sendTo(service, event)
  expect(status, `${body} ${sent.slice(0, 2_000)}`).toBeLessThan(300)
  const seen = service.seen.at(-1)
  if (seen === undefined) throw new Error('Nothing was seen.')
  return seen
}

function namedOutcome(outcome: ReturnType<typeof classifyResponse>): Documented['outcome'] {
  if (outcome.kind === 'succeeded') return 'succeeded'
  if (outcome.disable) return 'disabled'
  return outcome.retry === 'never' ? 'never' : 'again'
}

import { describe, expect, test } from 'vitest'
import { KIND_NAMES, KINDS } from '../../src/kinds/kinds.ts'
import { startTestApi } from './support.ts'

const SLACK = 'https://hooks.slack.com/services/T0/B0/sekret'
const BOT = { bot_token: '123456789:AAFfsekretsekretsekret', chat_id: '-100123' }
const URLS: Partial<Record<string, string>> = {
  webhook: 'https://hooks.example.com/ringpost',
  slack: SLACK,
  discord: 'https://discord.com/api/webhooks/123/sekret',
  teams: 'https://prod-1.westus.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=sekret',
  zapier: 'https://hooks.zapier.com/hooks/catch/1/sekret/',
  make: 'https://hook.eu2.make.com/sekret',
  n8n: 'https://n8n.example.com/webhook/abc',
}
const SETTINGS: Partial<Record<string, Record<string, string>>> = {
  telegram: BOT,
  hubspot: { access_token: 'pat-na1-sekretsekret' },
  pipedrive: {
    company_url: 'https://acme.pipedrive.com',
    api_token: 'sekretsekretsekret',
    user_id_field: 'dcf558aac1ae4e8c4f849ba5e668430d8df9be12',
  },
  salesforce: {
    domain_url: 'https://acme.my.salesforce.com',
    client_id: '3MVG9',
    client_secret: 'sekretsekret',
  },
}
const ADDRESSES: Partial<Record<string, string>> = {
  ...URLS,
  telegram: BOT.bot_token,
  hubspot: 'https://api.hubapi.com/crm/objects/2026-03/contacts/batch/upsert',
  pipedrive: 'https://acme.pipedrive.com/api/v2/persons',
  salesforce:
    'https://acme.my.salesforce.com/services/data/v66.0/composite/sobjects/Contact/Ringpost_User_Id__c',
}
const inputOf = (kind: string) => ({
  kind,
  ...(SETTINGS[kind] ? { settings: SETTINGS[kind] } : { url: URLS[kind] }),
})

describe('GET /v1/destination-kinds', () => {
  test('has all that a form needs, a page at a time', async () => {
    const api = await startTestApi()
    const { json } = await api.get('/v1/destination-kinds')
    expect(json.data.map(({ kind }: { kind: string }) => kind)).toEqual(KIND_NAMES)
    for (const kind of json.data) {
      expect(kind.title && kind.description && kind.docs).toMatch(/\S/)
      expect(kind.fields.length).toBeGreaterThan(0)
      for (const field of kind.fields) {
        expect(field.path).toMatch(/^url$|^settings\.\w+$/)
        expect(field.help).toMatch(/^[A-Z].*\.$/)
      }
    }
    const slack = json.data[1]
    expect(slack).toMatchObject({ kind: 'slack', signed: false, templates: false, formats: ['standard'] })
    expect(slack.defaults).toEqual({ rate_limit: 1, event_types: null })
    expect(slack.fields[0]).toMatchObject({ path: 'url', required: true, secret: true })
    const first = await api.get('/v1/destination-kinds?limit=3')
    const next = await api.get(`/v1/destination-kinds?cursor=${first.json.next_cursor}`)
    expect([...first.json.data, ...next.json.data]).toEqual(json.data)
    expect(next.json.next_cursor).toBeNull()
  })
})

describe('an endpoint of kind', () => {
  test.each(KIND_NAMES)('%s is made, with its secrets masked and its pace, and changed', async (kind) => {
    const api = await startTestApi()
    const made = await api.post('/v1/endpoints', inputOf(kind))
    expect(made.status, made.text).toBe(201)
    expect(made.json).toMatchObject({
      kind,
      rate_limit: KINDS[kind].defaults.rate_limit,
      signing: KINDS[kind].webhook ? 'hmac-sha256' : null,
      secret: KINDS[kind].webhook ? expect.stringMatching(/^whsec_/) : null,
      warnings: [],
    })
    const { id } = made.json
    const changed = await api.patch(`/v1/endpoints/${id}`, { description: 'x', rate_limit: 5 })
    expect(changed.json).toMatchObject({ kind, description: 'x', rate_limit: 5, url: made.json.url })
    const back = await api.patch(`/v1/endpoints/${id}`, { rate_limit: null })
    expect(back.json.rate_limit).toBe(KINDS[kind].defaults.rate_limit)
    const stored = await api.redis.hget(api.keys.endpoints, id)
    for (const text of [made.text, changed.text, stored]) expect(text).not.toContain('sekret')
    const target = api.endpoints.target(await api.endpoints.get(id))
    expect(target.url).toContain(ADDRESSES[kind])
  })

  test.each([
    [{ kind: 'slack' }, 'url', 'is required'],
    [
      { kind: 'slack', url: 'https://hooks.slack.com/services/••••' },
      'url',
      'is the masked form that answers have; leave it out to keep the URL',
    ],
    [
      { kind: 'slack', url: SLACK, settings: { colour: 'red' } },
      'settings.colour',
      'is not a setting of slack: there are time_zone, dashboard_url',
    ],
    [
      { kind: 'slack', url: SLACK, settings: { time_zone: 'Mars' } },
      'settings.time_zone',
      'must be the name of a time zone, such as Europe/Berlin',
    ],
    [
      { kind: 'slack', url: SLACK, settings: { dashboard_url: 'http://evil.example/<x>' } },
      'settings.dashboard_url',
      'must be https:// and a host, such as https://elevenlabs.io',
    ],
    [
      { kind: 'slack', url: SLACK, template: { a: 1 } },
      'template',
      'is for webhooks, and slack gets messages',
    ],
    [
      { kind: 'slack', url: SLACK, format: 'cloudevents' },
      'format',
      'is for webhooks, and slack gets messages',
    ],
    [
      { kind: 'slack', url: SLACK, signing: 'ed25519' },
      'signing',
      'is for webhooks, and slack gets messages',
    ],
    [{ kind: 'telegram', settings: { chat_id: '1' } }, 'settings.bot_token', 'is required'],
    [
      { kind: 'telegram', settings: { ...BOT, chat_id: 'me' } },
      'settings.chat_id',
      'must be a number, or @ and the name of a public channel',
    ],
    [
      { kind: 'telegram', url: 'https://api.telegram.org/', settings: BOT },
      'url',
      'is not a field of telegram: leave it out',
    ],
    [
      { kind: 'webhook', url: URLS.webhook, settings: { x: 'y' } },
      'settings.x',
      'is not known: webhook has no settings',
    ],
    [
      { kind: 'webhook', url: URLS.webhook, template: { a: '{{x' } },
      'template.a',
      'has a {{ that no }} follows (character 1)',
    ],
  ])('is refused: %j', async (body, path, message) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', body)
    expect(answer.status, answer.text).toBe(400)
    expect(answer.json.errors).toEqual([{ path, message }])
  })

  test.each([
    ['teams', 'https://contoso.webhook.office.com/webhookb2/x', /Office 365 connector/],
    ['slack', 'https://hooks.slack.com/triggers/T/1/x', /trigger of a workflow/],
    ['discord', 'https://discord.com/api/webhooks/1/x/slack', /for other services/],
    ['slack', 'https://127.0.0.1/services/x', /RINGPOST_ALLOW_NETWORKS/],
  ])('%s at %s is refused with help', async (kind, url, help) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { kind, url })
    expect(answer.json).toMatchObject({ status: 422, code: 'url_refused', errors: [{ path: 'url' }] })
    expect(answer.json.detail).toMatch(help)
  })

  test('warns of what is probably not meant', async () => {
    const api = await startTestApi()
    const warningsOf = async (body: object) => (await api.post('/v1/endpoints', body)).json.warnings
    expect(await warningsOf({ kind: 'n8n', url: 'https://n8n.example.com/webhook-test/abc' })).toEqual([
      expect.stringContaining('production URL'),
    ])
    expect(await warningsOf({ kind: 'slack', url: 'https://chat.example.com/hooks/x' })).toHaveLength(1)
  })

  test('has settings that change one by one, and keeps its secrets', async () => {
    const api = await startTestApi()
    const { json } = await api.post('/v1/endpoints', inputOf('telegram'))
    expect(json.settings).toEqual({ bot_token: '••••', chat_id: '-100123' })
    expect(json.url).toBe('https://api.telegram.org/bot123456789:••••/sendMessage')
    const path = `/v1/endpoints/${json.id}`
    const changed = await api.patch(path, { settings: { chat_id: '@callers', time_zone: 'Europe/Berlin' } })
    expect(changed.json.settings).toEqual({
      bot_token: '••••',
      chat_id: '@callers',
      time_zone: 'Europe/Berlin',
    })
    const target = async () => api.endpoints.target(await api.endpoints.get(json.id))
    expect((await target()).settings).toMatchObject({ bot_token: BOT.bot_token, chat_id: '@callers' })
    expect((await api.patch(path, { settings: { time_zone: null } })).json.settings).not.toHaveProperty(
      'time_zone',
    )
    for (const settings of [{ chat_id: null }, { bot_token: '••••' }, null]) {
      expect((await api.patch(path, { settings })).status).toBe(400)
    }
    expect((await api.patch(path, { kind: 'slack' })).status).toBe(400)
    expect((await target()).settings).toMatchObject({ chat_id: '@callers' })
  })

  test('takes its token to another host only where it is given again', async () => {
    const api = await startTestApi()
    const { id } = (await api.post('/v1/endpoints', inputOf('telegram'))).json
    const url = async () => api.endpoints.target(await api.endpoints.get(id)).url
    const official = await url()
    const elsewhere = { api_url: 'https://bots.example.com' }
    const message = 'must be given again, for it would go to another host'
    const patched = await api.patch(`/v1/endpoints/${id}`, { settings: elsewhere })
    expect(patched.status).toBe(400)
    expect(patched.json.errors).toEqual([{ path: 'settings.bot_token', message }])
    const applied = await api.post('/v1/config', {
      sources: { src_new: { api_key: 'sk_new' } },
      endpoints: { [id]: { settings: elsewhere } },
    })
    expect(applied.status).toBe(400)
    expect(applied.json.errors).toEqual([{ path: `endpoints.${id}.settings.bot_token`, message }])
    expect((await api.get('/v1/sources')).json.data).toEqual([])
    expect(await url()).toBe(official)

    const again = await api.patch(`/v1/endpoints/${id}`, {
      settings: { ...elsewhere, bot_token: BOT.bot_token },
    })
    expect(again.status).toBe(200)
    expect(await url()).toBe(`https://bots.example.com/bot${BOT.bot_token}/sendMessage`)
    expect((await api.patch(`/v1/endpoints/${id}`, { settings: { chat_id: '1' } })).status).toBe(200)
  })

  test('has no secret where it is not signed', async () => {
    const api = await startTestApi()
    const { json } = await api.post('/v1/endpoints', inputOf('slack'))
    expect((await api.get(`/v1/endpoints/${json.id}/secret`)).status).toBe(404)
    const rotated = await api.post(`/v1/endpoints/${json.id}/rotate-secret`, {})
    expect(rotated.json).toMatchObject({ status: 400, detail: expect.stringContaining('not signed') })
  })
})

describe('POST /v1/destination-kinds/:kind/preview', () => {
  test('renders a template with a sample', async () => {
    const api = await startTestApi()
    const answer = await api.post('/v1/destination-kinds/webhook/preview', {
      template: { phone: '{{data.user.user_id | e164}}', text: 'milestone {{data.milestone}}' },
      event_type: 'user.milestone_reached',
      override: { 'data.user.user_id': '+1 303 555 0178' },
    })
    expect(answer.json).toEqual({
      event_type: 'user.milestone_reached',
      content_type: 'application/json',
      body: { phone: '+13035550178', text: 'milestone 5' },
    })
  })

  test.each(KIND_NAMES)('shows what %s would get without any field', async (kind) => {
    const api = await startTestApi()
    const answer = await api.post(`/v1/destination-kinds/${kind}/preview`)
    expect(answer.status, answer.text).toBe(200)
    expect(JSON.stringify(answer.json.body)).toContain(
      'mapping' in KINDS[kind] ? '+15551234567' : 'user.created',
    )
  })

  test('tells the place of a fault, and what a kind does not take', async () => {
    const api = await startTestApi()
    const path = '/v1/destination-kinds/webhook/preview'
    const wrong = await api.post(path, { template: { a: ['{{id | shout}}'] } })
    expect(wrong.json).toMatchObject({ status: 400, errors: [{ path: 'template.a.0' }] })
    const chat = await api.post('/v1/destination-kinds/slack/preview', { template: { a: 1 } })
    expect(chat.json).toMatchObject({ status: 400, errors: [{ path: 'template' }] })
    expect((await api.post('/v1/destination-kinds/fax/preview', {})).status).toBe(400)
  })

  test('needs no more than a token that may read', async () => {
    const api = await startTestApi()
    const { token } = (await api.post('/v1/tokens', { name: 'reader', scopes: ['read'] })).json
    const answer = await api.request('POST', '/v1/destination-kinds/slack/preview', { token, body: {} })
    expect(answer.status, answer.text).toBe(200)
  })
})

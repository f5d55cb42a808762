import { describe, expect, test } from 'vitest'
import { startTestApi } from '../../api/support.ts'
import type { Crm } from '../services/crm.ts'
import { startHubspot } from '../services/hubspot.ts'
import { KEY, startPipedrive } from '../services/pipedrive.ts'
import { startSalesforce } from '../services/salesforce.ts'

async function add(crm: Crm, settings: Record<string, string> = {}) {
  const api = await startTestApi()
  const { endpoint } = await api.endpointsWith({ checkUrl: () => undefined }).create({
    kind: crm.kind,
    settings: { ...crm.settings, ...settings },
    description: '',
    event_types: null,
    source_ids: null,
    headers: {},
    enabled: true,
  })
  const tested = async () => (await api.post(`/v1/endpoints/${endpoint.id}/test`, {})).json
  return { api, endpoint, tested }
}

describe('the test of an endpoint', () => {
  test('says which property of HubSpot is missing, and which does not require unique values', async () => {
    const crm = await startHubspot()
    const { tested } = await add(crm)
    expect(await tested()).toMatchObject({ status: 'succeeded' })
    crm.properties.delete('ringpost_conversations')
    expect((await tested()).error.message).toContain('no contact property ringpost_conversations')
    crm.properties.set('ringpost_conversations', { type: 'number', unique: false })
    crm.properties.set('ringpost_user_id', { type: 'string', unique: false })
    expect((await tested()).error.message).toContain('ringpost_user_id does not have unique values')
    expect(crm.writes()).toEqual([])
  })

  test('says that Salesforce has no such external id', async () => {
    const crm = await startSalesforce()
    const { tested } = await add(crm)
    expect(await tested()).toMatchObject({ status: 'succeeded' })
    crm.missing.externalId = true
    expect((await tested()).error.message).toContain('no external id field Ringpost_User_Id__c')
    expect(crm.writes().filter(({ path }) => !path.endsWith('/token'))).toEqual([])
  })

  test('says that Pipedrive has no such field, or one of another type', async () => {
    const crm = await startPipedrive()
    const { tested } = await add(crm)
    expect(await tested()).toMatchObject({ status: 'succeeded' })
    crm.type.of = 'double'
    expect((await tested()).error.message).toContain('of type double')
    const other = await add(crm, { user_id_field: 'a'.repeat(40) })
    expect((await other.tested()).error.message).toContain(`API key ${'a'.repeat(40)}`)
    expect(crm.writes()).toEqual([])
  })
})

describe('a template of a kind that keeps records', () => {
  const SETTINGS: Record<string, Record<string, string>> = {
    hubspot: { access_token: 'pat-na1-0123456789' },
    pipedrive: { company_url: 'https://acme.pipedrive.com', api_token: '0123456789', user_id_field: KEY },
    salesforce: { domain_url: 'https://acme.my.salesforce.com', client_id: 'abc', client_secret: 'def' },
  }
  const wrong: [kind: string, template: unknown, path: string][] = [
    ['hubspot', [], 'template'],
    ['hubspot', { phone: 'x' }, 'template.phone'],
    ['hubspot', { new: { phone: 'x' } }, 'template.new'],
    ['hubspot', { always: { 'Not A Name': 'x' } }, 'template.always.Not A Name'],
    ['hubspot', { always: { phone: ['x'] } }, 'template.always.phone'],
    ['hubspot', { always: { phone: '{{data.user | nope}}' } }, 'template.always.phone'],
    ['salesforce', { always: { '1x': 'x' } }, 'template.always.1x'],
    ['salesforce', { new: 'x' }, 'template.new'],
    ['pipedrive', { always: { Name: 'x' } }, 'template.always.Name'],
  ]
  test.each(wrong)('%s refuses %j at its place', async (kind, template, path) => {
    const api = await startTestApi()
    const { status, json } = await api.post('/v1/endpoints', { kind, settings: SETTINGS[kind], template })
    expect(status).toBe(400)
    expect(json.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  test('is taken, kept and shown in a preview', async () => {
    const api = await startTestApi()
    const template = {
      always: { firstname: 'Caller', lifecyclestage: 'lead', jobtitle: '{{data.user.nothing}}' },
    }
    const made = await api.post('/v1/endpoints', { kind: 'hubspot', settings: SETTINGS.hubspot, template })
    expect(made.json).toMatchObject({
      template,
      event_types: ['user.created', 'user.conversation_count.increased'],
    })
    const preview = await api.post('/v1/destination-kinds/hubspot/preview', { template })
    const { properties } = preview.json.body.inputs[0]
    expect(properties).toMatchObject({ firstname: 'Caller', lifecyclestage: 'lead' })
    // What an event does not have empties nothing.
    expect('jobtitle' in properties).toBe(false)
  })

  test('a preview of each kind shows what a new caller would be', async () => {
    const api = await startTestApi()
    const bodyOf = async (kind: string) =>
      (await api.post(`/v1/destination-kinds/${kind}/preview`, {})).json.body
    expect((await bodyOf('hubspot')).inputs[0].idProperty).toBe('ringpost_user_id')
    expect((await bodyOf('salesforce')).records[0]).toMatchObject({ attributes: { type: 'Contact' } })
    expect((await bodyOf('salesforce')).records[0].LastName).toBeDefined()
    expect((await bodyOf('pipedrive')).name).toBeDefined()
  })

  test('is described with its default, and signing and formats are not for it', async () => {
    const api = await startTestApi()
    const kinds = (await api.get('/v1/destination-kinds')).json.data
    for (const kind of ['hubspot', 'pipedrive', 'salesforce']) {
      const one = kinds.find((each: { kind: string }) => each.kind === kind)
      expect(one).toMatchObject({ templates: true, signed: false, formats: ['standard'] })
      expect(one.default_template.always).toBeDefined()
      const format = await api.post('/v1/endpoints', {
        kind,
        settings: SETTINGS[kind],
        format: 'cloudevents',
      })
      expect(format.json.errors[0].message).toContain('gets records')
    }
  })
})

describe('fields of a record of Salesforce', () => {
  async function preview(always: object) {
    const api = await startTestApi()
    return api.post('/v1/destination-kinds/salesforce/preview', { template: { always } })
  }

  test.each(['attributes', 'Attributes'])('are not %s, which says of which object it is', async (name) => {
    const { status, json } = await preview({ [name]: 'Account' })
    expect([status, json.errors[0].path]).toEqual([400, `template.always.${name}`])
  })

  test('have one name each, in whatever letters', async () => {
    const api = await startTestApi()
    const preview = (template: object) => api.post('/v1/destination-kinds/salesforce/preview', { template })
    const refused = await preview({
      new: { LastName: 'a' },
      always: { lastname: 'b', Phone: 'c', phone: 'd' },
    })
    expect(refused.json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'template.always.phone',
      'template.new.LastName',
    ])
    expect((await preview({ new: { LastName: 'a' }, always: { LastName: 'b' } })).status).toBe(200)
    const small = (await preview({ new: { lastname: '{{data.user.none}}' } })).json.body.records[0]
    expect([small.lastname, small.LastName]).toEqual(['Unknown caller', undefined])
  })

  test.each(['ringpost_user_ID__C', 'Ringpost_User_Id__c'])(
    'never have another value where they are found by, which is %s',
    async (name) => {
      const { json } = await preview({ [name]: 'somebody else', Level__c: 3 })
      expect(json.body.records).toEqual([
        { attributes: { type: 'Contact' }, Level__c: 3, Ringpost_User_Id__c: '+15551234567' },
      ])
    },
  )
})

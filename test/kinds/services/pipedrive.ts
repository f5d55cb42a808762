import { type Asked, type Crm, json, type Kept, startCrm } from './crm.ts'
import type { Answer } from './service.ts'

const TOKEN = 'sekretPipedriveToken0001abcdef0123456789'
export const KEY = 'dcf558aac1ae4e8c4f849ba5e668430d8df9be12'
export const COUNT = '0123456789abcdef0123456789abcdef01234567'
const CUSTOM = [KEY, COUNT, 'f'.repeat(40)]
const FIELDS = ['name', 'owner_id', 'org_id', 'emails', 'phones', 'visible_to', 'label_ids', 'custom_fields']

/**
 * Pipedrive's persons. The search is not case sensitive, looks into every custom field, and finds what was made a
 * moment ago only once it is indexed. https://developers.pipedrive.com/docs/api/v1/Persons
 */
export async function startPipedrive() {
  const records = new Map<string, Kept>()
  const persons: { id: number; custom_fields: Record<string, unknown> }[] = []
  /** Persons that the search knows of. */
  const index = { upTo: Number.POSITIVE_INFINITY }
  const type = { of: 'varchar' }

  const error = (status: number, text: string, more: object = {}) =>
    json(status, {
      success: false,
      error: text,
      error_info: 'Please check developers.pipedrive.com',
      ...more,
    })

  function problemOf(body: Asked['body']): Answer | null {
    if (typeof body !== 'object' || body === null) return error(400, 'Bad request')
    const unknown = Object.keys(body).find((name) => !FIELDS.includes(name))
    if (unknown !== undefined) return error(400, `Parameter '${unknown}' is not allowed`)
    for (const [name, value] of Object.entries(body.custom_fields ?? {})) {
      if (!CUSTOM.includes(name)) return error(400, `custom_fields: key ${name} does not exist`)
      if (typeof value === 'string' && value.length > 255)
        return error(400, `custom_fields: ${name} is too long`)
      if (name === COUNT && typeof value !== 'number')
        return error(400, `custom_fields: ${name} is no number`)
    }
    const phones = body.phones ?? []
    if (!phones.every(({ value }: { value: unknown }) => typeof value === 'string' && value !== ''))
      return error(400, 'phones: value is required')
    return null
  }

  const crm = await startCrm({
    judge({ method, path, query, headers, body }) {
      if (headers['x-api-token'] !== TOKEN) return error(401, 'unauthorized access', { errorCode: 401 })
      if (method === 'GET' && path.startsWith('/api/v2/personFields/')) {
        const key = path.split('/').at(-1) ?? ''
        return CUSTOM.includes(key)
          ? json(200, { success: true, data: { field_code: key, field_type: type.of } })
          : error(404, 'Field not found')
      }
      if (method === 'GET' && path === '/api/v2/persons/search') {
        const term = (query.get('term') ?? '').toLowerCase()
        if (term === '') return error(400, 'term is required')
        if (query.get('exact_match') !== 'true' && term.length < 2) return error(400, 'term is too short')
        const items = persons
          .slice(0, index.upTo)
          .filter(({ custom_fields }) =>
            Object.values(custom_fields).some((value) => String(value).toLowerCase() === term),
          )
          .map(({ id, custom_fields }) => ({
            result_score: 1,
            item: { id, type: 'person', custom_fields: Object.values(custom_fields).map(String) },
          }))
        return json(200, { success: true, data: { items }, additional_data: { next_cursor: null } })
      }
      if (method === 'GET' && path === '/api/v2/persons') {
        if (Number(query.get('limit')) > 500) return error(400, 'limit is too large')
        const ids = query.get('ids')?.split(',').map(Number)
        const all = ids ? persons.filter(({ id }) => ids.includes(id)) : [...persons].reverse()
        return json(200, { success: true, data: all.slice(0, Number(query.get('limit') ?? 100)) })
      }
      if (method === 'POST' && path === '/api/v2/persons') {
        const problem = problemOf(body)
        if (problem) return problem
        if (typeof body.name !== 'string' || body.name === '' || body.name.length > 255)
          return error(400, 'name is required')
        const person = { id: persons.length + 1, ...body, custom_fields: { ...body.custom_fields } }
        persons.push(person)
        const key = String(body.custom_fields?.[KEY])
        // Two persons of one caller show as one that was made twice.
        const twin = records.get(key)
        if (twin) twin.fields.twin = person.id
        else records.set(key, { id: String(person.id), key, fields: { ...body }, writes: 1 })
        return json(201, { success: true, data: person })
      }
      const id = Number(/^\/api\/v2\/persons\/(\d+)$/.exec(path)?.[1])
      if (method === 'PATCH' && Number.isInteger(id)) {
        const person = persons.find((one) => one.id === id)
        const problem = problemOf(body)
        if (problem) return problem
        if (person === undefined) return error(404, 'Person not found')
        Object.assign(person.custom_fields, body.custom_fields)
        const kept = [...records.values()].find((one) => one.id === String(id))
        if (kept) {
          kept.writes++
          Object.assign(kept.fields, body)
        }
        return json(200, { success: true, data: person })
      }
      return error(404, 'Not found')
    },
    tooMany: () => BURST,
    isWrite: ({ method }) => method !== 'GET',
  })
  return {
    ...crm,
    kind: 'pipedrive',
    settings: { company_url: crm.origin, api_token: TOKEN, user_id_field: KEY, conversations_field: COUNT },
    secrets: [TOKEN],
    records,
    index,
    type,
    persons,
    forget: (key: string) => {
      const kept = records.get(key)
      records.delete(key)
      const at = persons.findIndex(({ id }) => String(id) === kept?.id)
      if (at >= 0) persons.splice(at, 1)
    },
    documented: [
      { status: 201, body: '{"success":true,"data":{"id":1}}', outcome: 'succeeded' },
      { ...error(400, 'name is required'), outcome: 'never' },
      { ...error(401, 'unauthorized access', { errorCode: 401 }), outcome: 'disabled' },
      { ...error(402, 'company account is not open'), outcome: 'disabled' },
      { ...error(403, 'You do not have permissions to do this'), outcome: 'disabled' },
      { ...error(403, 'limit reached', { code: 'feature_capping_deals_limit' }), outcome: 'never' },
      { status: 403, body: '<!DOCTYPE html>', outcome: 'again', waitMs: 60_000 },
      { ...error(404, 'Person not found'), outcome: 'never' },
      { ...error(410, 'Gone'), outcome: 'never' },
      { ...BURST, outcome: 'again', waitMs: 2_000 },
      { ...DAILY, outcome: 'again', waitMs: 3_600_000 },
      { ...error(500, 'Internal server error'), outcome: 'again' },
      { status: 503, body: '', outcome: 'again' },
    ],
  } satisfies Crm & Record<string, unknown>
}

const BURST = json(
  429,
  { success: false, error: 'request over limit' },
  { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' },
)
const DAILY = json(429, { success: false, error: 'daily limit' }, { 'x-daily-requests-left': '0' })

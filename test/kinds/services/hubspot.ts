import { type Asked, type Crm, json, type Kept, startCrm } from './crm.ts'
import type { Answer } from './service.ts'

const TOKEN = 'pat-na1-sekretHubspotToken0001'
const UPSERT = '/crm/objects/2026-03/contacts/batch/upsert'
const PROPERTIES = '/crm/properties/2026-03/contacts/batch/read'

/**
 * HubSpot's contacts: a batch of at most a hundred, of distinct contacts, with properties that exist and values that
 * fit; a batch with one that does not is refused as a whole.
 * https://developers.hubspot.com/docs/api-reference/2026-03/crm/objects/contacts/batch/upsert-contacts
 */
export async function startHubspot(options: { multiStatus?: boolean } = {}) {
  const records = new Map<string, Kept>()
  /** Of the account: type, and whether its values are unique. */
  const properties = new Map<string, { type: string; unique: boolean }>([
    ['ringpost_user_id', { type: 'string', unique: true }],
    ['phone', { type: 'string', unique: false }],
    ['firstname', { type: 'string', unique: false }],
    ['ringpost_conversations', { type: 'number', unique: false }],
    ['ringpost_first_contact', { type: 'datetime', unique: false }],
    ['ringpost_last_contact', { type: 'datetime', unique: false }],
  ])
  /** Contacts that HubSpot takes in no way. */
  const cursed = new Set<string>()

  const error = (status: number, category: string, message: string, more: object = {}) =>
    json(status, { status: 'error', message, correlationId: 'a43683b0', category, ...more })

  function problemOf(input: Asked['body']): Answer | null {
    for (const [name, value] of Object.entries(input.properties)) {
      const property = properties.get(name)
      if (property === undefined) {
        return error(
          400,
          'VALIDATION_ERROR',
          `Property values were not valid: Property "${name}" does not exist`,
          {
            errors: [
              { message: 'missing', code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] } },
            ],
          },
        )
      }
      if (typeof value !== 'string') return error(400, 'VALIDATION_ERROR', `${name} is no text`)
      if (value.length > 65_536) return error(400, 'VALIDATION_ERROR', `${name} is too long`)
      if (property.type === 'number' && !Number.isFinite(Number(value)))
        return error(400, 'VALIDATION_ERROR', `${value} was not a valid number`)
      if (property.type === 'datetime' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
        return error(400, 'VALIDATION_ERROR', `${value} was not a valid long`)
    }
    return cursed.has(input.id) ? error(400, 'VALIDATION_ERROR', 'This contact is refused.') : null
  }

  function upsert(body: Asked['body']): Answer {
    const inputs = body?.inputs
    if (!Array.isArray(inputs) || inputs.length === 0) return error(400, 'VALIDATION_ERROR', 'No inputs.')
    if (inputs.length > 100)
      return error(
        400,
        'VALIDATION_ERROR',
        'The maximum number of inputs supported in a batch request is 100.',
      )
    const ids = inputs.map(({ id }) => id.toLowerCase())
    if (new Set(ids).size < ids.length)
      return error(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input.')
    for (const { idProperty, id } of inputs) {
      if (properties.get(idProperty)?.unique !== true)
        return error(400, 'VALIDATION_ERROR', `idProperty ${idProperty} is not a unique identifier property`)
      if (typeof id !== 'string' || id === '' || id !== id.trim())
        return error(400, 'VALIDATION_ERROR', 'Invalid id.')
    }
    const problems = inputs.map(problemOf)
    const first = problems.find((problem) => problem !== null)
    if (first && !options.multiStatus) return first
    const results = inputs.flatMap(({ id, properties: given, objectWriteTraceId }, i) => {
      if (problems[i]) return []
      const before = records.get(id)
      const record = before ?? { id: String(records.size + 1), key: id, fields: {}, writes: 0 }
      record.writes++
      Object.assign(record.fields, given)
      records.set(id, record)
      return [{ id: record.id, new: before === undefined, properties: given, objectWriteTraceId }]
    })
    const errors = inputs.flatMap(({ objectWriteTraceId }, i) => {
      const problem = problems[i]
      return problem
        ? [{ ...JSON.parse(problem.body), context: { objectWriteTraceId: [objectWriteTraceId] } }]
        : []
    })
    const times = { startedAt: '2026-11-23T10:00:00Z', completedAt: '2026-11-23T10:00:01Z' }
    // The order of results is nothing to go by.
    const all = { status: 'COMPLETE', results: results.reverse(), ...times }
    return errors.length === 0 ? json(200, all) : json(207, { ...all, numErrors: errors.length, errors })
  }

  const crm = await startCrm({
    judge({ method, path, headers, body }) {
      if (headers.authorization !== `Bearer ${TOKEN}`)
        return error(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.')
      if (headers['content-type'] !== 'application/json') return error(415, 'VALIDATION_ERROR', 'No JSON.')
      if (method === 'POST' && path === UPSERT) return upsert(body)
      if (method === 'POST' && path === PROPERTIES) {
        const names: string[] = body.inputs.map(({ name }: { name: string }) => name)
        const results = names.flatMap((name) => {
          const property = properties.get(name)
          return property ? [{ name, type: property.type, hasUniqueValue: property.unique }] : []
        })
        return json(results.length === names.length ? 200 : 207, { status: 'COMPLETE', results })
      }
      return error(404, 'OBJECT_NOT_FOUND', 'No such resource.')
    },
    tooMany: () => TOO_MANY,
    isWrite: ({ path }) => path === UPSERT,
  })
  return {
    ...crm,
    kind: 'hubspot',
    settings: { access_token: TOKEN, api_url: crm.origin },
    secrets: [TOKEN],
    records,
    properties,
    cursed,
    forget: (key: string) => void records.delete(key),
    documented: [
      { status: 200, body: '{"status":"COMPLETE","results":[]}', outcome: 'succeeded' },
      { ...error(400, 'VALIDATION_ERROR', '5551 was not a valid number'), outcome: 'never' },
      {
        ...error(400, 'VALIDATION_ERROR', 'Property "nope" does not exist', {
          errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['nope'] } }],
        }),
        outcome: 'disabled',
      },
      {
        ...error(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.'),
        outcome: 'disabled',
      },
      { ...error(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token is expired.'), outcome: 'disabled' },
      { ...error(403, 'MISSING_SCOPES', 'This app lacks scopes.'), outcome: 'disabled' },
      { ...error(409, 'CONFLICT', 'Contact already exists.'), outcome: 'never' },
      { ...error(423, 'LOCKED', 'The account is locked.'), outcome: 'again' },
      { ...TOO_MANY, outcome: 'again', waitMs: 10_000 },
      { ...DAILY, outcome: 'again', waitMs: 3_600_000 },
      { ...TOO_MANY, headers: { 'retry-after': '4' }, outcome: 'again', waitMs: 4_000 },
      { ...error(477, 'MIGRATION', 'The account moves to another place.'), outcome: 'again' },
      { ...error(500, 'INTERNAL', 'internal error'), outcome: 'again' },
      { status: 502, body: '<html>', outcome: 'again' },
      { status: 504, body: '', outcome: 'again' },
    ],
  } satisfies Crm & Record<string, unknown>
}

const TOO_MANY = json(429, {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'TEN_SECONDLY_ROLLING',
})
const DAILY = json(429, {
  status: 'error',
  message: 'You have reached your daily limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'DAILY',
})

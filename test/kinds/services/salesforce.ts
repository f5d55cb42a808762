import { type Asked, type Crm, json, type Kept, startCrm } from './crm.ts'
import type { Answer } from './service.ts'

const CLIENT = { id: '3MVG9clientIdOfTheApp', secret: 'sekretSalesforceSecret0001' }
const UPSERT = '/services/data/v66.0/composite/sobjects/Contact/Ringpost_User_Id__c'
const RECORD = '/services/data/v66.0/sobjects/Contact/Ringpost_User_Id__c/'
const LONGEST: Record<string, number> = { LastName: 80, FirstName: 40, Phone: 40, Ringpost_User_Id__c: 255 }
const FIELDS = [
  'attributes',
  'LastName',
  'FirstName',
  'Phone',
  'Ringpost_User_Id__c',
  'Ringpost_Conversations__c',
  'Ringpost_First_Contact__c',
  'Ringpost_Last_Contact__c',
]

/**
 * Salesforce's contacts through sObject Collections: two hundred at once, a result for each in their order; access
 * tokens by the client credentials flow, which expire.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm
 */
export async function startSalesforce() {
  const records = new Map<string, Kept>()
  const tokens: string[] = []
  const missing = { externalId: false }
  /** A flow fills in what a contact needs; an object of one's own may need nothing either. */
  const fills = { lastName: false }
  const cursed = new Set<string>()

  const failed = (status: number, errorCode: string, message: string) =>
    json(status, [{ message, errorCode }])
  const invalid = () => failed(401, 'INVALID_SESSION_ID', 'Session expired or invalid')

  function writeOne(record: Asked['body']): object {
    const { attributes: _, ...fields } = record
    const refuse = (statusCode: string, message: string, names: string[] = []) => ({
      success: false,
      errors: [{ statusCode, message, fields: names }],
    })
    for (const [name, longest] of Object.entries(LONGEST)) {
      if (typeof fields[name] === 'string' && fields[name].length > longest)
        return refuse('STRING_TOO_LONG', `${name}: data value too large`, [name])
    }
    if (
      fields.Ringpost_Conversations__c !== undefined &&
      typeof fields.Ringpost_Conversations__c !== 'number'
    )
      return refuse('JSON_PARSER_ERROR', 'no number')
    const key = fields.Ringpost_User_Id__c
    if (typeof key !== 'string' || key === '' || key !== key.trim())
      return refuse('MISSING_ARGUMENT', 'Ringpost_User_Id__c not specified')
    if (cursed.has(key)) return refuse('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'This contact is refused.')
    const before = records.get(key)
    if (before === undefined && !fields.LastName && !fills.lastName)
      return refuse('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName'])
    const kept = before ?? { id: `003${records.size + 1}`, key, fields: {}, writes: 0 }
    kept.writes++
    Object.assign(kept.fields, fields)
    records.set(key, kept)
    return { id: kept.id, success: true, errors: [], created: before === undefined }
  }

  function upsert({ records: given }: Asked['body']): Answer {
    if (!Array.isArray(given) || given.length > 200)
      return failed(400, 'TOO_MANY_RECORDS', 'record limit reached. cannot submit more than 200 records')
    for (const record of given) {
      if (record.attributes?.type !== 'Contact') return failed(400, 'INVALID_INPUT', 'attributes are missing')
      const unknown = Object.keys(record).find((name) => !FIELDS.includes(name))
      if (unknown !== undefined)
        return failed(400, 'INVALID_FIELD', `No such column '${unknown}' on sobject of type Contact`)
    }
    const keys = given.map((record) => record.Ringpost_User_Id__c)
    const twice = (key: string) => keys.indexOf(key) !== keys.lastIndexOf(key)
    return json(
      200,
      given.map((record) =>
        twice(record.Ringpost_User_Id__c)
          ? {
              success: false,
              errors: [{ statusCode: 'DUPLICATE_VALUE', message: 'Duplicate external id', fields: [] }],
            }
          : writeOne(record),
      ),
    )
  }

  const crm = await startCrm({
    judge({ method, path, headers, body, text }) {
      if (method === 'POST' && path === '/services/oauth2/token') {
        const form = new URLSearchParams(text)
        if (headers['content-type'] !== 'application/x-www-form-urlencoded')
          return json(400, { error: 'unsupported_grant_type', error_description: 'grant type not supported' })
        if (form.get('client_id') !== CLIENT.id || form.get('client_secret') !== CLIENT.secret)
          return json(400, { error: 'invalid_client', error_description: 'invalid client credentials' })
        tokens.push(`00Dxx!sekretAccessToken${tokens.length}`)
        return json(200, {
          access_token: tokens.at(-1),
          token_type: 'Bearer',
          instance_url: 'https://evil.example',
        })
      }
      if (tokens.length === 0 || headers.authorization !== `Bearer ${tokens.at(-1)}`) return invalid()
      if (method === 'PATCH' && path === UPSERT) return upsert(body)
      if (method === 'GET' && path.startsWith(RECORD)) {
        return missing.externalId
          ? failed(
              404,
              'NOT_FOUND',
              'Provided external ID field does not exist or is not accessible: Ringpost_User_Id__c',
            )
          : failed(404, 'NOT_FOUND', 'The requested resource does not exist')
      }
      return failed(404, 'NOT_FOUND', 'The requested resource does not exist')
    },
    tooMany: () => LIMIT,
    isWrite: ({ path }) => path === UPSERT,
  })
  return {
    ...crm,
    kind: 'salesforce',
    settings: { domain_url: crm.origin, client_id: CLIENT.id, client_secret: CLIENT.secret },
    secrets: [CLIENT.secret, 'sekretAccessToken'],
    records,
    missing,
    fills,
    cursed,
    tokens,
    /** The present access token is no longer good. */
    expire: () => void tokens.push(`00Dxx!sekretAccessTokenOfAnother${tokens.length}`),
    forget: (key: string) => void records.delete(key),
    documented: [
      { status: 201, body: '{"id":"003","success":true,"errors":[],"created":true}', outcome: 'succeeded' },
      { status: 204, body: '', outcome: 'succeeded' },
      { status: 300, body: '["/services/data/v66.0/sobjects/Contact/003"]', outcome: 'never' },
      { ...failed(400, 'INVALID_FIELD', "No such column 'X__c'"), outcome: 'disabled' },
      { ...failed(400, 'JSON_PARSER_ERROR', 'Unexpected character'), outcome: 'never' },
      {
        ...json(400, { error: 'invalid_client', error_description: 'invalid client credentials' }),
        outcome: 'disabled',
      },
      {
        ...json(400, { error: 'invalid_grant', error_description: 'no client credentials user enabled' }),
        outcome: 'disabled',
      },
      { ...json(400, { error: 'unknown_error', error_description: 'retry your request' }), outcome: 'again' },
      { ...invalid(), outcome: 'disabled' },
      { ...LIMIT, outcome: 'again', waitMs: 3_600_000 },
      { ...failed(403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled'), outcome: 'disabled' },
      { ...failed(404, 'NOT_FOUND', 'Provided external ID field does not exist'), outcome: 'disabled' },
      { status: 429, headers: { 'retry-after': '20' }, body: '', outcome: 'again', waitMs: 20_000 },
      { ...failed(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred'), outcome: 'again' },
      { ...failed(503, 'SERVER_UNAVAILABLE', 'The server is too busy'), outcome: 'again' },
    ],
  } satisfies Crm & Record<string, unknown>
}

const LIMIT = json(403, [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }])

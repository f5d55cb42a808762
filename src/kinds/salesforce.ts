import { listOf, objectOf, originField, parsed, refused, resultOf, SUCCEEDED } from './crm/answers.ts'
import { type Caller, callersOf, isTest, keyOf, noteSent } from './crm/callers.ts'
import { type Fields, mappingOf, renderFields } from './crm/fields.ts'
import { lacksFields, recordVerdict, salesforceVerdict } from './crm/salesforce-answers.ts'
import type { Exchange, ExchangeRequest, Talk } from './exchange.ts'
import type { Answer, Kind, Target } from './kind.ts'
import { shorten } from './message/shorten.ts'
import type { Template } from './template/template.ts'

const API = '/services/data/v66.0'
const TOKEN_PATH = '/services/oauth2/token'
/** Records of one request: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm */
const AT_ONCE = 200
/** An external id is a text of at most 255 characters. */
const LONGEST_KEY = 255
/** Standard fields of which a text could be longer. */
const LONGEST: Readonly<Record<string, number>> = {
  LastName: 80,
  FirstName: 40,
  Company: 255,
  Phone: 40,
  MobilePhone: 40,
}

const DEFAULTS: Template = {
  always: {
    Ringpost_Conversations__c: '{{data.user.conversation_count}}',
    Ringpost_First_Contact__c: '{{data.user.first_contact_unix_secs | date}}',
    Ringpost_Last_Contact__c: '{{data.user.last_contact_unix_secs | date}}',
  },
  new: { LastName: '{{data.user.user_id}}', Phone: '{{data.user.user_id | e164}}' },
}

/** Salesforce: a record for each caller, found by an external id and made where it is not there. */
export const salesforce: Kind = {
  name: 'salesforce',
  title: 'Salesforce',
  description: 'A contact for each caller, made or brought up to date, two hundred in one request.',
  docs: 'docs/destinations/salesforce.md',
  fields: [
    originField({
      name: 'domain_url',
      label: 'My Domain',
      help: 'Of the org: Setup, My Domain, Current My Domain URL.',
      required: true,
      default: null,
      placeholder: 'https://example.my.salesforce.com',
    }),
    {
      name: 'client_id',
      label: 'Consumer key',
      help: 'Of an external client app with the client credentials flow and the scope “Manage user data via APIs (api)”.',
      required: true,
      secret: false,
      default: null,
      placeholder: '3MVG9…',
      longest: 1_000,
      problem: plainText,
    },
    {
      name: 'client_secret',
      label: 'Consumer secret',
      help: 'Beside the key. Access tokens are got with it and kept in memory alone, for an hour.',
      required: true,
      secret: true,
      default: null,
      placeholder: '0123ABCD…',
      longest: 1_000,
      problem: plainText,
    },
    {
      name: 'object',
      label: 'Object',
      help: 'What records are made: Contact, Lead, or an object of your own.',
      required: false,
      secret: false,
      default: 'Contact',
      placeholder: 'Contact',
      longest: 80,
      problem: apiName,
    },
    {
      name: 'external_id',
      label: 'External id field',
      help: 'The API name of a text field of that object that is an external id and unique: records are found by it.',
      required: false,
      secret: false,
      default: 'Ringpost_User_Id__c',
      placeholder: 'Ringpost_User_Id__c',
      longest: 80,
      problem: apiName,
    },
  ],
  // An org may make 15,000 to 100,000 requests a day and more: what waits for a second is one request.
  defaults: { rate_limit: 1, event_types: ['user.created', 'user.conversation_count.increased'] },
  webhook: false,
  secretUrl: false,
  hosts: {
    setting: 'domain_url',
    official: /^[a-z0-9-]+(?:\.[a-z0-9-]+)?\.my\.salesforce\.com$/,
    message: 'must be the My Domain URL of the org, such as https://example.my.salesforce.com',
  },
  addressOf: (settings) => (settings.domain_url ?? '').replace(/\/$/, '') + pathOf(settings),
  mapping: mappingOf({
    defaults: () => DEFAULTS,
    name: {
      // What says which object a record is, is no field.
      pattern: /^(?!attributes$)[A-Za-z][A-Za-z0-9_]{0,79}$/i,
      message: 'is not the API name of a field of Salesforce',
    },
    flat: true,
    // One that is there twice, in whatever letters, spoils the whole batch.
    anyCase: true,
    hasNew: true,
  }),
  toRequest: (event, target) => {
    const about = event.read()
    const { user_id } = (about.data.user ?? {}) as { user_id?: unknown }
    const key = keyOf(typeof user_id === 'string' ? user_id : '', LONGEST_KEY)
    return { contentType: 'application/json', body: bodyOf([recordOf({ key, event: about }, target, true)]) }
  },
  exchange: { most: AT_ONCE, run } satisfies Exchange,
  classify: salesforceVerdict,
}

function plainText(value: string): string | null {
  return /^[\x21-\x7e]+$/.test(value) ? null : 'must be as Salesforce shows it, without spaces'
}

function apiName(value: string): string | null {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(value) ? null : 'must be an API name: letters, digits and _'
}

function pathOf({
  object = 'Contact',
  external_id = 'Ringpost_User_Id__c',
}: Readonly<Record<string, string>>): string {
  return `${API}/composite/sobjects/${object}/${external_id}`
}

/** @param made whether it is to have what only a new record gets */
function recordOf({ key, event }: Pick<Caller, 'key' | 'event'>, target: Target, made: boolean): Fields {
  const { object = 'Contact', external_id = '' } = target.settings
  const fields = renderFields(target.template ?? DEFAULTS, event)
  const all = Object.entries({ ...(made ? fields.new : {}), ...fields.always })
    // Names of fields are the same to Salesforce in capitals, and one that is there twice spoils the whole batch.
    .filter(([name]) => name.toLowerCase() !== external_id.toLowerCase())
    .map(([name, value]) => {
      const longest = LONGEST[name]
      return [name, typeof value === 'string' && longest !== undefined ? shorten(value, longest) : value]
    })
  // Somebody whose id has nothing to show has a name all the same.
  const field = made ? nameOf(target) : undefined
  const name = field === undefined ? {} : { [field]: 'Unknown caller' }
  return { attributes: { type: object }, ...name, ...Object.fromEntries(all), [external_id]: key }
}

function hasNew({ template }: Target): boolean {
  return Object.keys(objectOf(objectOf(template ?? DEFAULTS).new)).length > 0
}

/** The field for the name of a new record, as the mapping writes it. */
function nameOf({ template }: Target): string | undefined {
  const fields = objectOf(objectOf(template ?? DEFAULTS).new)
  return Object.keys(fields).find((name) => name.toLowerCase() === 'lastname')
}

function bodyOf(records: readonly Fields[]): string {
  return JSON.stringify({ allOrNone: false, records })
}

function* run(talk: Talk): Generator<ExchangeRequest, void, Answer> {
  const { events, target, memory, settle } = talk
  if (isTest(events)) return yield* check(talk)
  const callers = callersOf(talk, LONGEST_KEY)
  // First without a name: who is there keeps what people have written, and who is not says so and is made.
  const missing = yield* upsert(callers, false)
  if (missing.length > 0) yield* upsert(missing, true)

  function* upsert(some: Caller[], made: boolean): Generator<ExchangeRequest, Caller[], Answer> {
    if (some.length === 0) return []
    const records = some.map((caller) => recordOf(caller, target, made))
    const answer = yield* authorized(talk, {
      method: 'PATCH',
      path: pathOf(target.settings),
      contentType: 'application/json',
      body: bodyOf(records),
    })
    const results = parsed(answer)
    if (answer.status !== 200 || !Array.isArray(results) || results.length !== some.length) return []
    return some.filter((caller, i) => {
      const result = objectOf(results[i])
      // Where the object needs none of the fields that only a new record gets, it is made without them.
      if (!made && (lacksFields(result) || (result.created === true && hasNew(target)))) return true
      const verdict = recordVerdict(result)
      if (verdict === null) noteSent(caller, memory)
      for (const place of caller.places) settle(place, resultOf(verdict ?? SUCCEEDED, records[i], result))
      return false
    })
  }
}

/** A request with an access token, which is got where there is none, and got anew, once, where it has expired. */
function* authorized(
  { target, memory }: Talk,
  request: Omit<ExchangeRequest, 'headers'>,
): Generator<ExchangeRequest, Answer, Answer> {
  for (let fresh = false; ; fresh = true) {
    let token = memory.token()
    if (token === null) {
      const { client_id = '', client_secret = '' } = target.settings
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
      const answer = yield {
        method: 'POST',
        path: TOKEN_PATH,
        headers: {},
        contentType: 'application/x-www-form-urlencoded',
        body: form.toString(),
      }
      const { access_token } = objectOf(parsed(answer))
      if (answer.status !== 200 || typeof access_token !== 'string') return answer
      token = access_token
      memory.noteToken(token)
      fresh = true
    }
    const answer = yield { ...request, headers: { authorization: `Bearer ${token}` } }
    if (answer.status !== 401) return answer
    memory.noteToken(null)
    if (fresh) return answer
  }
}

/** What Salesforce answers where it has no such external id field. */
const NO_FIELD = /external ID field does not exist|is not accessible/i

/**
 * The test of an endpoint: whether Salesforce gives a token and finds records by the field. It asks for a record that
 * there cannot be, and makes none.
 */
function* check(talk: Talk): Generator<ExchangeRequest, void, Answer> {
  const { target, settle } = talk
  const { object = 'Contact', external_id = '' } = target.settings
  const path = `${API}/sobjects/${object}/${external_id}/ringpost-test`
  const answer = yield* authorized(talk, { method: 'GET', path })
  const [error] = listOf(parsed(answer)).map(objectOf)
  if (answer.status === 200 || answer.status === 300) settle(0, resultOf(SUCCEEDED, path, ''))
  if (answer.status !== 404) return
  const verdict = NO_FIELD.test(String(error?.message))
    ? refused(
        `${object} has no external id field ${external_id}, or the user may not see it. Make it as docs/destinations/salesforce.md says.`,
      )
    : SUCCEEDED
  settle(0, resultOf(verdict, `GET ${path}`, answer.body))
}

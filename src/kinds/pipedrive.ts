import { listOf, objectOf, originField, parsed, refused, resultOf, SUCCEEDED } from './crm/answers.ts'
import { type Caller, callersOf, isTest, keyOf, noteSent } from './crm/callers.ts'
import { type Fields, mappingOf, renderFields } from './crm/fields.ts'
import { pipedriveVerdict } from './crm/pipedrive-answers.ts'
import type { Exchange, ExchangeRequest, Talk } from './exchange.ts'
import type { Answer, Field, Kind, Target } from './kind.ts'
import { shorten } from './message/shorten.ts'
import type { Template } from './template/template.ts'

/** https://developers.pipedrive.com/docs/api/v1/Persons */
const PERSONS = '/api/v2/persons'
/** A custom field of type text has 255 characters, and so has a name. */
const LONGEST_KEY = 255
const LONGEST_NAME = 255
/** The newest persons that are looked at before one is made: the search finds what was made a moment ago only later. */
const NEWEST = 100
const FIELD_KEY = /^[0-9a-f]{40}$/

/** Pipedrive: a person for each caller, found by a field of your own and made where they are not there. */
export const pipedrive: Kind = {
  name: 'pipedrive',
  title: 'Pipedrive',
  description: 'A person for each caller, made or brought up to date.',
  docs: 'docs/destinations/pipedrive.md',
  fields: [
    originField({
      name: 'company_url',
      label: 'Company',
      help: 'The address at which you use Pipedrive.',
      required: true,
      default: null,
      placeholder: 'https://example.pipedrive.com',
    }),
    {
      name: 'api_token',
      label: 'API token',
      help: 'Of a user of the company: Personal preferences, API.',
      required: true,
      secret: true,
      default: null,
      placeholder: '0123456789abcdef…',
      longest: 1_000,
      problem: (value) =>
        /^[\x21-\x7e]{8,}$/.test(value) ? null : 'must be as Pipedrive shows it, without spaces',
    },
    fieldOf('user_id_field', 'Field for the user id', 'Of type text: persons are found by it.', true),
    fieldOf('conversations_field', 'Field for the number of conversations', 'Of type numerical.', false),
    fieldOf('first_contact_field', 'Field for the first contact', 'Of type date.', false),
    fieldOf('last_contact_field', 'Field for the last contact', 'Of type date.', false),
  ],
  // The smallest plan takes 20 requests in two seconds, and a new person needs three.
  defaults: { rate_limit: 2, event_types: ['user.created', 'user.conversation_count.increased'] },
  webhook: false,
  secretUrl: false,
  hosts: {
    setting: 'company_url',
    official: /^[a-z0-9-]+\.pipedrive\.com$/,
    message: 'must be the address of a company, such as https://example.pipedrive.com',
  },
  addressOf: ({ company_url = '' }) => company_url.replace(/\/$/, '') + PERSONS,
  mapping: mappingOf({
    defaults: defaultsOf,
    name: { pattern: /^[a-z][a-z0-9_]{0,63}$/, message: 'is not a field of a person of Pipedrive' },
    flat: false,
    anyCase: false,
    hasNew: true,
  }),
  toRequest: (event, target) => {
    const about = event.read()
    const { user_id } = (about.data.user ?? {}) as { user_id?: unknown }
    const key = keyOf(typeof user_id === 'string' ? user_id : '', LONGEST_KEY)
    return { contentType: 'application/json', body: JSON.stringify(personOf({ key, event: about }, target)) }
  },
  // There is no way to write several at once.
  exchange: { most: 1, run } satisfies Exchange,
  classify: pipedriveVerdict,
}

function fieldOf(name: string, label: string, help: string, required: boolean): Field {
  return {
    name,
    label,
    help: `The API key of a custom field of persons: Company settings, Data fields, Person, ⋯, Copy API key. ${help}`,
    required,
    secret: false,
    default: null,
    placeholder: 'dcf558aac1ae4e8c4f849ba5e668430d8df9be12',
    longest: 40,
    problem: (value) =>
      FIELD_KEY.test(value) ? null : 'must be the API key of a custom field: 40 of the digits and a to f',
  }
}

function defaultsOf(settings: Readonly<Record<string, string>>): Template {
  const { conversations_field, first_contact_field, last_contact_field } = settings
  const custom = [
    [conversations_field, '{{data.user.conversation_count}}'],
    [first_contact_field, '{{data.user.first_contact_unix_secs | date}}'],
    [last_contact_field, '{{data.user.last_contact_unix_secs | date}}'],
  ].filter(([key]) => key !== undefined)
  return {
    always: { custom_fields: Object.fromEntries(custom) as Record<string, string> },
    new: {
      name: '{{data.user.user_id}}',
      phones: [{ value: '{{data.user.user_id | e164}}', primary: true, label: 'mobile' }],
    },
  }
}

/** A field of type date takes the day alone. */
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})T[\d:.]+Z$/

function fieldsOf({ event }: Pick<Caller, 'event'>, target: Target) {
  const fields = renderFields(target.template ?? defaultsOf(target.settings), event)
  const custom = Object.entries(objectOf(fields.always.custom_fields) as Fields).map(([name, value]) => {
    const isDay = [target.settings.first_contact_field, target.settings.last_contact_field].includes(name)
    return [name, isDay && typeof value === 'string' ? value.replace(ISO_TIME, '$1') : value]
  })
  const { custom_fields: _, ...always } = fields.always
  return { always, custom: Object.fromEntries(custom) as Fields, new: fields.new }
}

/** A person who is not there yet. */
function personOf(caller: Pick<Caller, 'key' | 'event'>, target: Target): Fields {
  const { always, custom, new: made } = fieldsOf(caller, target)
  const { custom_fields, name, ...others } = { ...made, ...always }
  return {
    name: shorten(typeof name === 'string' ? name : 'Unknown caller', LONGEST_NAME),
    ...others,
    custom_fields: { ...(objectOf(custom_fields) as Fields), ...custom, [keyField(target)]: caller.key },
  }
}

/** What of a person who is there is brought up to date; what they are found by too, so that it is never nothing. */
function changesOf({ key, event }: Pick<Caller, 'key' | 'event'>, target: Target): Fields {
  const { always, custom } = fieldsOf({ event }, target)
  return { ...always, custom_fields: { ...custom, [keyField(target)]: key } }
}

function keyField({ settings }: Target): string {
  return settings.user_id_field ?? ''
}

function* run(talk: Talk): Generator<ExchangeRequest, void, Answer> {
  const { events, target, memory, settle } = talk
  const headers = { 'x-api-token': target.settings.api_token ?? '' }
  if (isTest(events)) return yield* check(talk, headers)

  for (const caller of callersOf(talk, LONGEST_KEY)) if (!(yield* write(caller))) return

  /** @returns false where the last answer says what is wrong */
  function* write(caller: Caller): Generator<ExchangeRequest, boolean, Answer> {
    for (let again = false; ; again = true) {
      const found = yield* find(caller)
      if (found === null) return false
      const isMade = found === ''
      const body = JSON.stringify(isMade ? personOf(caller, target) : changesOf(caller, target))
      const answer: Answer = yield {
        method: isMade ? 'POST' : 'PATCH',
        path: isMade ? PERSONS : `${PERSONS}/${found}`,
        headers,
        contentType: 'application/json',
        body,
      }
      const isGone = answer.status === 404 || answer.status === 410
      if (isGone) memory.noteCaller(caller.userId, { record: undefined })
      // Somebody has deleted or merged them since: they are looked for once more.
      if (isGone && !isMade && !again) continue
      const { success, data } = objectOf(parsed(answer))
      const { id } = objectOf(data)
      if (answer.status >= 300 || success !== true) return false
      if (typeof id === 'number') memory.noteCaller(caller.userId, { record: String(id) })
      noteSent(caller, memory)
      settleAll(caller, body, answer.body)
      return true
    }
  }

  function settleAll({ places }: Caller, sent: string, answer: string): void {
    for (const place of places) settle(place, resultOf(SUCCEEDED, sent, answer))
  }

  /** @returns the person's id; '' where there is none, null where that could not be told */
  function* find({ userId, key }: Caller): Generator<ExchangeRequest, string | null, Answer> {
    const { record } = memory.caller(userId)
    if (record !== undefined) return record
    const query = new URLSearchParams({
      term: key,
      fields: 'custom_fields',
      exact_match: 'true',
      limit: '10',
    })
    const answer = yield { method: 'GET', path: `${PERSONS}/search?${query}`, headers }
    const { items } = objectOf(objectOf(parsed(answer)).data)
    if (answer.status !== 200 || !Array.isArray(items)) return null
    // The search does not tell small letters from capitals, and looks into all custom fields.
    const hits = items
      .map((one) => objectOf(objectOf(one).item))
      .filter(({ id, custom_fields }) => typeof id === 'number' && listOf(custom_fields).includes(key))
    const ids = hits.map(({ id }) => String(id)).join(',')
    const found = ids === '' ? '' : yield* among(key, { ids })
    if (found !== '') return found
    return yield* among(key, { sort_by: 'add_time', sort_direction: 'desc' })
  }

  function* among(
    key: string,
    which: Record<string, string>,
  ): Generator<ExchangeRequest, string | null, Answer> {
    const query = new URLSearchParams({ ...which, limit: String(NEWEST), custom_fields: keyField(target) })
    const answer = yield { method: 'GET', path: `${PERSONS}?${query}`, headers }
    const { data } = objectOf(parsed(answer))
    if (answer.status !== 200 || !Array.isArray(data)) return null
    const theirs = data
      .map(objectOf)
      .filter(({ custom_fields }) => objectOf(custom_fields)[keyField(target)] === key)
      .map(({ id }) => Number(id))
    return theirs.length === 0 ? '' : String(Math.min(...theirs))
  }
}

/** The test of an endpoint: whether Pipedrive lets us in and has the field that persons are found by. It makes nobody. */
function* check(
  { target, settle }: Talk,
  headers: Record<string, string>,
): Generator<ExchangeRequest, void, Answer> {
  const key = keyField(target)
  const path = `/api/v2/personFields/${key}`
  const answer = yield { method: 'GET', path, headers }
  const { field_type } = objectOf(objectOf(parsed(answer)).data)
  if (answer.status === 404) {
    const verdict = refused(
      `Persons have no custom field with the API key ${key}. Copy it again: Company settings, Data fields, Person, ⋯, Copy API key.`,
    )
    return settle(0, resultOf(verdict, `GET ${path}`, answer.body))
  }
  if (answer.status !== 200) return
  const isText = field_type === 'varchar' || field_type === undefined
  const verdict = isText
    ? SUCCEEDED
    : refused(`The field that persons are found by is of type ${String(field_type)}: take one of type text.`)
  settle(0, resultOf(verdict, `GET ${path}`, answer.body))
}

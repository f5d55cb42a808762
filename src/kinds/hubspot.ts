import {
  later,
  listOf,
  objectOf,
  originField,
  parsed,
  reason,
  refused,
  resultOf,
  SUCCEEDED,
} from './crm/answers.ts'
import { type Caller, callersOf, isTest, keyOf, noteSent } from './crm/callers.ts'
import { mappingOf, renderFields } from './crm/fields.ts'
import { hubspotVerdict } from './crm/hubspot-answers.ts'
import { checkProperties } from './crm/hubspot-check.ts'
import type { Exchange, ExchangeRequest, Talk } from './exchange.ts'
import type { Answer, Kind, Target } from './kind.ts'
import type { Template } from './template/template.ts'

const OFFICIAL = 'https://api.hubapi.com'
/** https://developers.hubspot.com/docs/api-reference/2026-03/crm/objects/contacts/batch/upsert-contacts */
const PATH = '/crm/objects/2026-03/contacts/batch/upsert'
/** Contacts of one request. */
const AT_ONCE = 100
const LONGEST_KEY = 255
/** Requests of one exchange: a contact that spoils a whole batch is looked for by halves. */
const MOST_REQUESTS = 24

const DEFAULTS: Template = {
  always: {
    phone: '{{data.user.user_id | e164}}',
    ringpost_conversations: '{{data.user.conversation_count}}',
    ringpost_first_contact: '{{data.user.first_contact_unix_secs | date}}',
    ringpost_last_contact: '{{data.user.last_contact_unix_secs | date}}',
  },
}

/** HubSpot: a contact for each caller, found by a property of unique values and made where it is not there. */
export const hubspot: Kind = {
  name: 'hubspot',
  title: 'HubSpot',
  description: 'A contact for each caller, made or brought up to date, a hundred in one request.',
  docs: 'docs/destinations/hubspot.md',
  fields: [
    {
      name: 'access_token',
      label: 'Access token',
      help: 'Of an app of your account: Development, Legacy apps, your private app, Auth. It needs crm.objects.contacts.read, crm.objects.contacts.write and crm.schemas.contacts.read.',
      required: true,
      secret: true,
      default: null,
      placeholder: 'pat-na1-…',
      longest: 1_000,
      problem: (value) =>
        /^[\x21-\x7e]{8,}$/.test(value) ? null : 'must be as HubSpot shows it, without spaces',
    },
    {
      name: 'id_property',
      label: 'Property for the user id',
      help: 'The internal name of a contact property of type single-line text that requires unique values: contacts are found by it.',
      required: false,
      secret: false,
      default: 'ringpost_user_id',
      placeholder: 'ringpost_user_id',
      longest: 100,
      problem: (value) =>
        /^[a-z][a-z0-9_]*$/.test(value) ? null : 'must be an internal name: small letters, digits and _',
    },
    originField({
      name: 'api_url',
      label: 'API server',
      help: 'Of HubSpot, or of a server of your own that stands in for it.',
      required: false,
      default: OFFICIAL,
      placeholder: OFFICIAL,
    }),
  ],
  // Accounts take 100 requests in ten seconds of one app, and other apps of it want some: one has up to 100 contacts.
  defaults: { rate_limit: 4, event_types: ['user.created', 'user.conversation_count.increased'] },
  webhook: false,
  secretUrl: false,
  hosts: {
    setting: 'api_url',
    official: /^api(?:-[a-z0-9]+)?\.hubapi\.com$/,
    message: `must be an API server of HubSpot, such as ${OFFICIAL}`,
  },
  addressOf: ({ api_url = OFFICIAL }) => api_url.replace(/\/$/, '') + PATH,
  mapping: mappingOf({
    defaults: () => DEFAULTS,
    name: { pattern: /^[a-z][a-z0-9_]{0,99}$/, message: 'is not the internal name of a property of HubSpot' },
    flat: true,
    // Its upsert takes the same properties for both.
    anyCase: false,
    hasNew: false,
  }),
  toRequest: (event, target) => {
    const about = event.read()
    const { user_id } = (about.data.user ?? {}) as { user_id?: unknown }
    const key = keyOf(typeof user_id === 'string' ? user_id : '', LONGEST_KEY)
    return { contentType: 'application/json', body: bodyOf([inputOf({ key, event: about }, target)]) }
  },
  exchange: { most: AT_ONCE, run } satisfies Exchange,
  classify: hubspotVerdict,
}

interface Input {
  idProperty: string
  id: string
  objectWriteTraceId: string
  properties: Record<string, string>
}

function inputOf({ key, event }: Pick<Caller, 'key' | 'event'>, target: Target): Input {
  const idProperty = target.settings.id_property ?? ''
  const { always } = renderFields(target.template ?? DEFAULTS, event)
  // Every value of a property is a text in HubSpot's API.
  const properties = Object.entries(always).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return {
    idProperty,
    id: key,
    objectWriteTraceId: key,
    properties: { ...Object.fromEntries(properties), [idProperty]: key },
  }
}

function bodyOf(inputs: readonly Input[]): string {
  return JSON.stringify({ inputs })
}

interface Write {
  caller: Caller
  input: Input
}

function* run(talk: Talk): Generator<ExchangeRequest, void, Answer> {
  const { events, target, settle, memory } = talk
  const headers = { authorization: `Bearer ${target.settings.access_token ?? ''}` }
  if (isTest(events)) {
    const names = Object.keys(renderNames(target))
    yield* checkProperties(talk, { headers, idProperty: target.settings.id_property ?? '', names })
    return
  }
  const writes = callersOf(talk, LONGEST_KEY).map((caller) => ({ caller, input: inputOf(caller, target) }))
  let requests = 0

  function finish(
    { caller, input }: Write,
    result: { verdict: ReturnType<typeof refused> | null; answer: unknown },
  ) {
    const { verdict, answer } = result
    if (verdict === null) noteSent(caller, memory)
    for (const place of caller.places) settle(place, resultOf(verdict ?? SUCCEEDED, input, answer))
  }

  /** @returns false where what comes next would fare no better */
  function* upsert(some: readonly Write[]): Generator<ExchangeRequest, boolean, Answer> {
    if (some.length === 0) return true
    if (requests++ >= MOST_REQUESTS) {
      const verdict = later(
        'HubSpot refused a batch for some of its contacts; this one is tried again in another.',
      )
      for (const write of some) finish(write, { verdict, answer: '' })
      return true
    }
    const answer = yield {
      method: 'POST',
      path: PATH,
      headers,
      contentType: 'application/json',
      body: bodyOf(some.map(({ input }) => input)),
    }
    if (answer.status === 200 || answer.status === 201 || answer.status === 207) {
      const read = objectOf(parsed(answer))
      if (!Array.isArray(read.results)) return false
      for (const write of some) finish(write, outcomeOf(write.input, read, answer.status))
      return true
    }
    const verdict = hubspotVerdict(answer, 0)
    const isOneContact = verdict?.kind === 'failed' && verdict.retry === 'never' && !verdict.disable
    if (!isOneContact) return false
    if (some.length === 1) {
      for (const write of some) finish(write, { verdict, answer: answer.body })
      return true
    }
    const middle = Math.ceil(some.length / 2)
    return (yield* upsert(some.slice(0, middle))) && (yield* upsert(some.slice(middle)))
  }

  yield* upsert(writes)
}

/** What of an answer was about one contact: it is in the results or in the errors, which tell whose they are. */
function outcomeOf({ id, idProperty }: Input, read: Record<string, unknown>, status: number) {
  const results = listOf(read.results).map(objectOf)
  const result = results.find(
    ({ objectWriteTraceId, properties }) =>
      objectWriteTraceId === id || objectOf(properties)[idProperty] === id,
  )
  if (result !== undefined) return { verdict: null, answer: result }
  const error = listOf(read.errors)
    .map(objectOf)
    .find(({ context }) =>
      [...listOf(objectOf(context).objectWriteTraceId), ...listOf(objectOf(context).ids)].includes(id),
    )
  if (error !== undefined) {
    const { category, message } = error
    const said = `HubSpot does not take the contact: ${reason(message) || 'it does not say why'}`
    const passes = category === 'RATE_LIMITS' || category === undefined
    return { verdict: passes ? later(said) : refused(said), answer: error }
  }
  // All of a batch that was taken as a whole.
  if (status !== 207) return { verdict: null, answer: '' }
  return {
    verdict: later('HubSpot took a part of the batch and did not say what of this contact.'),
    answer: '',
  }
}

/** All properties that a template may set. */
function renderNames({ template }: Target): Record<string, unknown> {
  return objectOf(objectOf(template ?? DEFAULTS).always)
}

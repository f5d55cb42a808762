import { ApiError, type DestinationKind, type Endpoint } from './api.ts'
import { openSettings } from './kinds.ts'
import type { FieldDescription, Values } from './parts/form.tsx'

/** The fields of an endpoint, made from the description of its kind. Names are the API's paths. */
export function endpointFields(kind: DestinationKind, endpoint: Endpoint | null): FieldDescription[] {
  return [
    ...kind.fields.filter(({ required }) => required).map((field) => kindField(field, endpoint)),
    {
      name: 'description',
      label: 'Name',
      type: 'text',
      placeholder: nameFor(kind),
      help: 'What you call it.',
    },
  ]
}

/** What most people leave as it is. */
export function furtherFields(kind: DestinationKind, endpoint: Endpoint | null): FieldDescription[] {
  const headers = Object.keys(endpoint?.headers ?? {})
  return [
    ...kind.fields.filter(({ required }) => !required).map((field) => kindField(field, endpoint)),
    ...(kind.templates ? [TEMPLATE] : []),
    ...(kind.formats.length > 1 ? [FORMAT] : []),
    FILTER,
    {
      name: 'rate_limit',
      label: 'Most deliveries a second',
      type: 'number',
      placeholder: kind.defaults.rate_limit === null ? 'no limit' : String(kind.defaults.rate_limit),
      help: '0.5 is one in two seconds.',
    },
    ...(kind.signed || headers.length > 0
      ? [
          {
            ...HEADERS,
            help:
              headers.length === 0
                ? 'One a line. Values are kept encrypted and never shown again.'
                : `It has ${headers.join(', ')}. What you name here is set, the others stay; "name:" alone removes one.`,
          },
        ]
      : []),
    ...(kind.signed && endpoint === null ? [SIGNING] : []),
  ]
}

const TEMPLATE: FieldDescription = {
  name: 'template',
  label: 'Template of the body',
  type: 'code',
  placeholder:
    '{\n  "phone": "{{data.user.user_id | e164}}",\n  "calls": "{{data.user.conversation_count}}"\n}',
  help: 'JSON in place of the event, with {{placeholders}} for what is in it. Empty: the event as it is.',
}
const FORMAT: FieldDescription = {
  name: 'format',
  label: 'Format',
  type: 'choice',
  choices: [
    ['standard', 'Standard Webhooks'],
    ['cloudevents', 'CloudEvents'],
  ],
}
const FILTER: FieldDescription = {
  name: 'filter',
  label: 'Filter',
  type: 'code',
  placeholder: '{ "data.user.conversation_count": { "gte": 10 } }',
  help: 'Only events whose content fits, as JSON. Empty: all of them.',
}
const HEADERS: FieldDescription = {
  name: 'headers',
  label: 'Extra headers',
  type: 'lines',
  placeholder: 'authorization: Bearer …',
}
const SIGNING: FieldDescription = {
  name: 'signing',
  label: 'Signature',
  type: 'choice',
  choices: [
    ['hmac-sha256', 'Shared secret (HMAC-SHA256)'],
    ['ed25519', 'Public key (Ed25519)'],
  ],
  help: 'With a public key, the receiver has nothing that must stay secret.',
}

function nameFor(kind: DestinationKind): string {
  return kind.signed ? 'CRM' : `${kind.title} for the support team`
}

function kindField(field: DestinationKind['fields'][number], endpoint: Endpoint | null): FieldDescription {
  const { path, label, help, required, secret, placeholder } = field
  const kept = secret && endpoint !== null
  return {
    name: path,
    label,
    type: path === 'url' ? 'url' : path === 'settings.time_zone' ? 'zone' : secret ? 'secret' : 'text',
    required: required && !kept,
    placeholder: kept ? 'unchanged' : (field.default ?? placeholder),
    longest: field.max_length,
    help: kept ? `${help} Leave it empty to keep the present one, which is not shown.` : help,
  }
}

/** What a form begins with. What is secret is never answered, and begins empty. */
export function valuesOf(kind: DestinationKind, endpoint: Endpoint | null): Values {
  if (endpoint === null) return { signing: 'hmac-sha256', format: 'standard' }
  const secretUrl = kind.fields.some(({ path, secret }) => path === 'url' && secret)
  const settings = Object.entries(openSettings(endpoint)).map(([name, value]) => [`settings.${name}`, value])
  return {
    ...Object.fromEntries(settings),
    url: secretUrl ? '' : endpoint.url,
    description: endpoint.description,
    rate_limit: endpoint.rate_limit === null ? '' : String(endpoint.rate_limit),
    filter: jsonText(endpoint.filter),
    template: jsonText(endpoint.template),
    format: endpoint.format,
    headers: '',
  }
}

function jsonText(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
}

/**
 * What of a form goes to the API: everything that is filled in for a new endpoint, what differs from its beginning
 * for one that is changed, so that what the configuration file sets stays where it is not touched.
 *
 * @throws ApiError where a text is no JSON or no number
 */
export function bodyOf(
  fields: readonly FieldDescription[],
  values: Values,
  before: Values | null,
): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  const settings: Record<string, string | null> = {}
  for (const { name } of fields) {
    const value = (values[name] ?? '').trim()
    if (before === null ? value === '' : value === (before[name] ?? '').trim()) continue
    if (name.startsWith('settings.')) settings[name.slice('settings.'.length)] = value === '' ? null : value
    else body[name] = read(name, value)
  }
  return { ...body, ...(Object.keys(settings).length > 0 ? { settings } : {}) }
}

function read(name: string, value: string): unknown {
  if (name === 'headers') return headersOf(value)
  if (name === 'description') return value
  if (value === '') return null
  if (name === 'rate_limit') return numberOf(name, value)
  if (name === 'filter' || name === 'template') return jsonOf(name, value)
  return value
}

/** @throws ApiError where it is none */
function numberOf(path: string, text: string): number {
  const value = Number(text.replace(',', '.'))
  if (Number.isNaN(value)) throw fieldError(path, 'must be a number, such as 0.5')
  return value
}

/** @throws ApiError where it is none */
export function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw fieldError(path, 'is not JSON yet: look at its quotes, commas and brackets')
  }
}

function fieldError(path: string, message: string): ApiError {
  return new ApiError({ detail: `The ${path} ${message}.`, errors: [{ path, message }] }, 400)
}

/** "name: value" a line, as an object; a name without a value is taken away. */
export function headersOf(text: string): Record<string, string | null> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      const name = (colon < 0 ? line : line.slice(0, colon)).trim()
      return [name, colon < 0 ? null : line.slice(colon + 1).trim() || null]
    }),
  )
}

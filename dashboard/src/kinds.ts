import type { FieldDescription, Values } from './parts/form.tsx'

/** A kind of endpoint as its form is rendered from it. */
export interface KindDescription {
  kind: string
  title: string
  summary: string
  fields: readonly FieldDescription[]
}

/** The kinds that this version can be asked for; a further one needs its description and nothing else here. */
export const KINDS: readonly KindDescription[] = [
  {
    kind: 'webhook',
    title: 'Webhook',
    summary: 'A signed POST to any URL of yours.',
    fields: [
      {
        name: 'url',
        label: 'URL',
        type: 'url',
        required: true,
        placeholder: 'https://example.com/hooks/callers',
        help: 'Gets a POST for each event, signed as Standard Webhooks has it. Answer with any 2xx within 15 seconds.',
      },
      {
        name: 'headers',
        label: 'Extra headers',
        type: 'lines',
        advanced: true,
        placeholder: 'authorization: Bearer …',
        help: 'One a line. Values are kept encrypted and never shown again.',
      },
      {
        name: 'signing',
        label: 'Signature',
        type: 'choice',
        advanced: true,
        choices: [
          ['hmac-sha256', 'Shared secret (HMAC-SHA256)'],
          ['ed25519', 'Public key (Ed25519)'],
        ],
        help: 'With a public key, the receiver has nothing that must stay secret.',
      },
    ],
  },
]

/** What every kind has. */
export const SHARED_FIELDS: readonly FieldDescription[] = [
  { name: 'description', label: 'Name', type: 'text', placeholder: 'CRM', help: 'How you call it.' },
]
export const SHARED_MORE: readonly FieldDescription[] = [
  {
    name: 'rate_limit',
    label: 'At most a second',
    type: 'number',
    advanced: true,
    placeholder: 'no limit',
    help: 'Deliveries a second; 0.5 is one in two seconds.',
  },
  {
    name: 'filter',
    label: 'Filter',
    type: 'lines',
    advanced: true,
    placeholder: '{"data.user.conversation_count": {"gte": 10}}',
    help: 'Only events whose content fits, as JSON. See docs/filters.md.',
  },
]

/** "name: value" a line, as an object. */
export function headersOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
}

/** Fields of a kind that are filled in, as the API takes them. */
export function kindBody(kind: KindDescription, values: Values): Record<string, unknown> {
  const filled = kind.fields.filter(({ name }) => (values[name] ?? '').trim() !== '')
  return Object.fromEntries(
    filled.map(({ name, type }) => {
      const value = (values[name] ?? '').trim()
      if (name === 'headers') return [name, headersOf(value)]
      if (type === 'number') return [name, Number(value)]
      return [name, type === 'switch' ? value === 'true' : value]
    }),
  )
}

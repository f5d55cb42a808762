import type { FieldError } from '../errors.ts'
import type { Field, Format, Kind, Mapping } from '../kinds/kind.ts'

/** Stands for a secret in answers. */
const MASK = '•'

/** What of an endpoint its kind decides about; the settings are those that it would have. */
export interface KindInput {
  url: string | undefined
  settings: Readonly<Record<string, unknown>>
  template: unknown
  format: Format
  /** Whether a secret or a kind of signature was asked for. */
  signing: boolean
}

/**
 * Everything about an endpoint that does not fit its kind, by field. What is wrong with a URL or a template
 * whatever the kind is not in it.
 */
export function kindProblems(kind: Kind, input: KindInput): FieldError[] {
  const settings = kind.fields.filter(({ name }) => name !== 'url')
  const hasUrl = settings.length < kind.fields.length
  const unknown = Object.keys(input.settings).filter((name) => !settings.some((one) => one.name === name))
  const names = settings.map(({ name }) => name).join(', ')
  return [
    ...urlProblems(hasUrl, kind, input.url),
    ...unknown.map((name) => ({
      path: `settings.${name}`,
      message:
        names === ''
          ? `is not known: ${kind.name} has no settings`
          : `is not a setting of ${kind.name}: there are ${names}`,
    })),
    ...settings.flatMap((field) => {
      const message = valueProblem(field, input.settings[field.name])
      return message === null ? [] : [{ path: `settings.${field.name}`, message }]
    }),
    ...(kind.webhook ? [] : messageProblems(kind, input)),
    ...(kind.mapping && isGiven(input.template) ? mappingProblems(kind.mapping, input.template) : []),
  ]
}

function mappingProblems(mapping: Mapping, template: unknown): FieldError[] {
  return mapping
    .problems(template)
    .map(({ path, message }) => ({ path: ['template', ...path].join('.'), message }))
}

function isGiven(template: unknown): boolean {
  return template !== null && template !== undefined
}

function urlProblems(hasUrl: boolean, kind: Kind, url: string | undefined): FieldError[] {
  if (!hasUrl) {
    return url === undefined ? [] : [{ path: 'url', message: `is not a field of ${kind.name}: leave it out` }]
  }
  if (url === undefined) return [{ path: 'url', message: 'is required' }]
  return url.includes(MASK)
    ? [{ path: 'url', message: 'is the masked form that answers have; leave it out to keep the URL' }]
    : []
}

function valueProblem(field: Field, value: unknown): string | null {
  if (value === undefined || value === null) return field.required ? 'is required' : null
  if (typeof value !== 'string') return 'must be a text'
  if (value === '') return 'must not be empty'
  if (value.length > field.longest) return `must have at most ${field.longest} characters`
  if (value.includes(MASK))
    return 'is the mask that stands for a secret in answers; leave it out to keep the value'
  return field.problem?.(value) ?? null
}

function messageProblems(kind: Kind, { template, format, signing }: KindInput): FieldError[] {
  const gets = kind.mapping ? 'records' : 'messages'
  const only = (path: string) => ({ path, message: `is for webhooks, and ${kind.name} gets ${gets}` })
  return [
    ...(isGiven(template) && !kind.mapping ? [only('template')] : []),
    ...(format === 'standard' ? [] : [only('format')]),
    ...(signing ? [only('signing')] : []),
  ]
}

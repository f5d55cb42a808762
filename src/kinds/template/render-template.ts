import type { Event } from '../../types.ts'
import { FILTERS } from './filters.ts'
import { parseText } from './parse-text.ts'
import type { Json, Placeholder, Template } from './template.ts'

/**
 * Makes a body of an event. A text that is one placeholder becomes its value, whatever type that has; in longer
 * texts a value stands as text. What an event does not have is null, and nothing inside of a text. The result is
 * JSON whatever is in the event, for values are put in after the template was read.
 *
 * @param template without problems
 */
export function renderTemplate(template: Template, event: Event): Json {
  return render(template, event)
}

function render(value: Json, event: Event): Json {
  if (typeof value === 'string') return renderText(value, event)
  if (Array.isArray(value)) return value.map((one) => render(one, event))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, render(inner, event)]))
}

function renderText(text: string, event: Event): Json {
  const read = parseText(text)
  if ('message' in read) return text
  const [first, ...others] = read.parts
  if (first !== undefined && typeof first !== 'string' && others.length === 0) return lookUp(first, event)
  return read.parts.map((part) => (typeof part === 'string' ? part : asText(lookUp(part, event)))).join('')
}

function lookUp({ path, filters }: Placeholder, event: Event): Json {
  let value: unknown = event
  for (const name of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? Reflect.get(value, name)
        : undefined
  }
  for (const { name, argument } of filters) value = FILTERS[name]?.apply(value, argument)
  // What came from an event or a filter is JSON, but for what is not there.
  return (value ?? null) as Json
}

function asText(value: Json): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

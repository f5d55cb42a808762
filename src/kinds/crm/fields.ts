import type { Event } from '../../types.ts'
import type { Mapping } from '../kind.ts'
import { clean } from '../message/clean.ts'
import { renderTemplate } from '../template/render-template.ts'
import type { Json, Template } from '../template/template.ts'

/** Fields of a record by name. */
export type Fields = { [name: string]: Json }

/** What a record is given: always, and when it is made. */
export interface RecordFields {
  always: Fields
  new: Fields
}

const PARTS = ['always', 'new'] as const

/**
 * The fields of a record as an endpoint's template, or the kind's own, makes them of an event. What the event does not
 * have is left out, so that nothing that people have written is emptied. Texts are one line, without what cannot be seen.
 */
export function renderFields(template: Template, event: Event): RecordFields {
  const rendered = renderTemplate(template, event)
  const part = (name: (typeof PARTS)[number]): Fields => {
    const value = isObject(rendered) ? kept(rendered[name] ?? null) : null
    return isObject(value) ? value : {}
  }
  return { always: part('always'), new: part('new') }
}

/** Null where nothing of it is left. An entry of a list whose `value` is missing says nothing. */
function kept(value: Json): Json {
  if (typeof value === 'string') return value.trim() === '' ? null : clean(value)
  if (Array.isArray(value)) {
    const left = value.map(kept).filter((one) => one !== null)
    return left.length === 0 ? null : left
  }
  if (!isObject(value)) return value
  const left = Object.entries(value)
    .map(([name, inner]) => [name, kept(inner)] as const)
    .filter(([, inner]) => inner !== null)
  if ('value' in value && !left.some(([name]) => name === 'value')) return null
  return left.length === 0 ? null : Object.fromEntries(left)
}

/**
 * The mapping of a kind.
 *
 * @param rules.name what names of fields look like, and how that is said
 * @param rules.flat whether a field is one value
 * @param rules.anyCase whether a name in other letters is the same name
 * @param rules.hasNew whether it can tell records that are made from those that are changed
 */
export function mappingOf(rules: {
  defaults: Mapping['defaults']
  name: { pattern: RegExp; message: string }
  flat: boolean
  anyCase: boolean
  hasNew: boolean
}): Mapping {
  const parts = rules.hasNew ? PARTS : PARTS.slice(0, 1)

  function partProblems(part: string, value: unknown) {
    if (!isObject(value)) return [{ path: [part], message: 'must be an object of fields' }]
    return Object.entries(value).flatMap(([name, inner]) => {
      const path = [part, name]
      if (!rules.name.pattern.test(name)) return [{ path, message: rules.name.message }]
      return rules.flat && typeof inner === 'object' && inner !== null
        ? [{ path, message: 'must be one value: a text, a number, true, false or null' }]
        : []
    })
  }

  /** Names that are those of another field in other letters. */
  function twins(template: Fields) {
    const seen = new Map<string, string>()
    return parts.flatMap((part) =>
      Object.keys(isObject(template[part]) ? template[part] : {}).flatMap((name) => {
        const first = seen.get(name.toLowerCase()) ?? name
        seen.set(name.toLowerCase(), first)
        return first === name
          ? []
          : [{ path: [part, name], message: `is ${first} in other letters: write it the same` }]
      }),
    )
  }

  return {
    defaults: rules.defaults,
    problems: (template) => {
      if (!isObject(template)) return [{ path: [], message: `must be an object with ${parts.join(' and ')}` }]
      const wrong = Object.entries(template).flatMap(([name, value]) =>
        parts.some((part) => part === name)
          ? partProblems(name, value)
          : [{ path: [name], message: `is not a part of it: there is ${parts.join(' and ')}` }],
      )
      return rules.anyCase ? [...wrong, ...twins(template)] : wrong
    },
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

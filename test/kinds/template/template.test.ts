import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { templateProblems } from '../../../src/kinds/template/check-template.ts'
import { renderTemplate } from '../../../src/kinds/template/render-template.ts'
import type { Json, Template } from '../../../src/kinds/template/template.ts'
import type { Event } from '../../../src/types.ts'
import { HOSTILE } from '../hostile.ts'
import { eventWith } from '../send.ts'

const event = eventWith('user.milestone_reached', null)
const render = (template: Json, of: Event = event) => renderTemplate({ v: template }, of)

describe('a template', () => {
  test.each<[Json, Json]>([
    ['{{data.user.user_id}}', '+15551234567'],
    ['{{ data.change.to }}', 5],
    ['{{data.user.sentiment}}', null],
    ['{{data.previous}}', { conversation_count: 3, last_contact_unix_secs: 1_795_341_570 }],
    ['to {{data.change.to}} of {{type}}', 'to 5 of user.milestone_reached'],
    ['({{data.none}})', '()'],
    ['{{data.none | default: "nobody"}}', 'nobody'],
    ['{{data.none | default: 5}}', 5],
    ['{{data.none | default: "a | b }"}}', 'a | b }'],
    ['{{data.user.last_contact_unix_secs | date}}', '2026-11-23T09:59:30.000Z'],
    ['{{timestamp | date: "Europe/Berlin"}}', '23 Nov 2026, 11:00 CET'],
    ['{{type | date}}', null],
    ['{{data.change | json}}', '{"from":3,"to":5,"by":2}'],
    ['{{data.source.name | upper}}!', 'DEFAULT!'],
    ['{{data.user.last_contact_agent_name | lower}}', 'supportbot alpha'],
    ['{{data.user.user_id | e164}}', '+15551234567'],
    ['{{data.source.name | e164 | default: "no phone"}}', 'no phone'],
    ['{{data.constructor}}', null],
    ['{{data.__proto__.toString}}', null],
    ['{{data.user.user_id.length}}', null],
    [{ a: [1, true, '{{id}}'] }, { a: [1, true, event.id] }],
  ])('makes of %j what it says', (template, made) => {
    expect(templateProblems({ v: template })).toEqual([])
    expect(render(template)).toEqual({ v: made })
  })

  test.each<[unknown, string, string]>([
    ['x', '', 'must be an object or a list'],
    [{ a: { b: ['x', 'y {{data.z'] } }, 'a.b.1', 'has a {{ that no }} follows (character 3)'],
    [
      { a: '{{}}' },
      'a',
      'needs a path of names with dots between them, such as data.user.user_id (character 1)',
    ],
    [
      { a: '{{user.user_id}}' },
      'a',
      'has a path that begins with none of id, type, timestamp, data (character 1)',
    ],
    [{ a: '{{data|json|json}}' }, 'a', 'has the filter json more than once (character 1)'],
    [{ a: '{{type|upper|lower|upper|lower|upper|lower}}' }, 'a', 'has more than 5 filters (character 1)'],
    [
      { a: '{{id | shout}}' },
      'a',
      'has no filter shout: there are default, date, json, upper, lower, e164 (character 1)',
    ],
    [
      { a: '{{id | default}}' },
      'a',
      'has a filter default that needs an argument: default: "…" (character 1)',
    ],
    [
      { a: '{{id | date: "Mars"}}' },
      'a',
      'has a filter date that takes the name of a time zone: date: "Europe/Berlin" (character 1)',
    ],
    [
      { a: '{{id | default: {} }}' },
      'a',
      'has an argument of default that is no text in quotation marks, number, true, false or null (character 1)',
    ],
    [
      { a: '{{id | constructor}}' },
      'a',
      'has no filter constructor: there are default, date, json, upper, lower, e164 (character 1)',
    ],
    [{ a: '{{id}}'.repeat(101) }, '', 'must have at most 100 placeholders'],
    [{ a: 'x'.repeat(20_000) }, '', 'must have at most 16384 characters as JSON'],
  ])('%j is refused with its place', (template, path, message) => {
    expect(templateProblems(template)).toEqual([{ path: path === '' ? [] : path.split('.'), message }])
  })

  test('that is nested too deep is refused', () => {
    const nested = (levels: number): Json => {
      let value: Json = 'x'
      for (let i = 0; i < levels; i++) value = [value]
      return value
    }
    const refused = [{ path: ['text'], message: 'is nested deeper than 20' }]
    expect(templateProblems({ text: nested(19), other: 'x' })).toEqual([])
    expect(templateProblems({ text: nested(20), other: 'x' })).toEqual(refused)
    expect(templateProblems({ text: nested(50_000), other: 'x' })).toEqual(refused)
  })

  test('keeps its shape whatever is in the event, and is JSON', () => {
    const template: Template = { a: '{{data.user.user_id}}', b: ['x {{data.user.user_id}} y'], __proto__x: 1 }
    for (const text of HOSTILE) {
      const made = JSON.parse(JSON.stringify(renderTemplate(template, eventWith('user.created', text))))
      expect(made).toEqual({ a: text, b: [`x ${text} y`], __proto__x: 1 })
    }
  })

  test('with any text is refused or rendered, and never throws', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '|',
      ':',
      '"',
      '.',
      'data',
      'id',
      'default',
      ' ',
      'x',
      '\\',
      '{',
      '}',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (parts) => {
        const template = { v: parts.join('') }
        if (templateProblems(template).length === 0)
          expect(renderTemplate(template, event)).toHaveProperty('v')
      }),
      { numRuns: 2_000 },
    )
  })
})

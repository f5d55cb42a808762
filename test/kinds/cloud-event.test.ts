import { expect, test } from 'vitest'
import { eventText } from '../../src/kinds/kind.ts'
import { webhook } from '../../src/kinds/webhook.ts'
import { EVERY_TYPE, eventWith } from './send.ts'

const target = { url: 'https://example.com/', settings: {}, format: 'cloudevents' as const, template: null }

function made(event: ReturnType<typeof eventWith>, template: { [name: string]: string } | null = null) {
  const request = webhook.toRequest(eventText(event.id, JSON.stringify(event)), { ...target, template })
  expect(request.contentType).toBe('application/cloudevents+json; charset=utf-8')
  return JSON.parse(request.body)
}

test('an event is a CloudEvent in structured mode', () => {
  const event = eventWith('user.created', null)
  expect(made(event)).toEqual({
    specversion: '1.0',
    id: event.id,
    source: 'urn:ringpost:source:src_default',
    type: 'user.created',
    subject: '+15551234567',
    time: event.timestamp,
    datacontenttype: 'application/json',
    data: event.data,
  })
})

test('every type has the attributes that must be there, and none that is empty', () => {
  for (const type of EVERY_TYPE) {
    for (const text of [null, '', '\u0000', 'x']) {
      const event = made(eventWith(type, text))
      for (const name of ['specversion', 'id', 'source', 'type']) expect(event[name]).toMatch(/./)
      if ('subject' in event) expect(event.subject).toMatch(/^[^\p{Cc}]+$/u)
    }
  }
})

test('a template makes its data', () => {
  expect(made(eventWith('user.created', null), { who: '{{data.user.user_id}}' }).data).toEqual({
    who: '+15551234567',
  })
})

test('without template and format, the event is sent byte for byte', () => {
  const text = '{ "id":"evt_1",  "type":"user.created"}'
  const { body } = webhook.toRequest(eventText('evt_1', text), { ...target, format: 'standard' })
  expect(body).toBe(text)
})

import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import { startTestApi, walk } from './support.ts'

test('every type is listed with a schema that its sample fits, and can be had alone', async () => {
  const api = await startTestApi()
  const pages = await walk(api, '/v1/event-types?limit=5')
  expect(pages.map((page) => page.length)).toEqual([5, 5, 3])
  const types = pages.flat()
  expect(types.map(({ type }) => type)).toEqual(EVENT_TYPES)
  for (const entry of types) {
    expect((await api.get(`/v1/event-types/${entry.type}`)).json).toEqual(entry)
    const ajv = new Ajv2020({ strict: true })
    addFormats.default(ajv)
    const validate = ajv.compile(entry.schema)
    expect(validate(entry.sample), JSON.stringify(validate.errors)).toBe(true)
    // A newer ringpost may say more, but never less.
    expect(validate({ ...entry.sample, more: 1 })).toBe(true)
    expect(validate({ ...entry.sample, data: {} })).toBe(false)
  }
})

test('an unknown type is said to be unknown', async () => {
  const api = await startTestApi()
  for (const type of ['user.creatd', '__proto__', 'toString']) {
    const { status, json } = await api.get(`/v1/event-types/${type}`)
    expect(status, type).toBe(404)
    expect(json.detail).toContain('GET /v1/event-types lists them')
  }
  expect((await api.get('/v1/event-types?cursor=x')).status).toBe(400)
})

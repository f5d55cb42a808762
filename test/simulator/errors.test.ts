import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/simulator/faults.ts'
import { NOW, start } from './support.ts'

const USERS = '/v1/convai/users'

describe('the key', () => {
  const withKey = (key?: string) => ({ headers: key === undefined ? {} : { 'xi-api-key': key } })

  test.each([
    ['none', undefined, 'missing_api_key'],
    ['an empty one', '', 'missing_api_key'],
    ['a wrong one', 'sk_wrong', 'invalid_api_key'],
  ])('%s', async (_name, key, code) => {
    const { get } = await start()
    for (const path of [USERS, '/v1/convai/conversations/conv_1']) {
      const response = await get(path, {}, withKey(key))
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({
        detail: {
          type: 'authentication_error',
          code,
          message: expect.any(String),
          status: code,
          request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
          param: null,
        },
      })
    }
  })

  test('revoked in mid-scan, and given again', async () => {
    const { simulator, page, get } = await start({ apiKey: 'first' })
    expect((await get(USERS, {}, withKey('first'))).status).toBe(200)
    simulator.setApiKey('second')
    expect((await get(USERS, {}, withKey('first'))).status).toBe(401)
    expect((await get(USERS, {}, withKey('second'))).status).toBe(200)
    simulator.setApiKey('sim_key')
    expect((await page()).users).toEqual([])
  })

  test('without the permission, which is a 401 too', async () => {
    const { simulator, get } = await start()
    simulator.setApiKey('sim_key', { missingPermissions: true })
    const response = await get(USERS)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ detail: { code: 'missing_permissions' } })
    simulator.setApiKey('sim_key')
    expect((await get(USERS)).status).toBe(200)
  })

  test('the older error shape', async () => {
    const { get } = await start({ errorShape: 'older' })
    const response = await get(USERS, {}, withKey('wrong'))
    expect(await response.json()).toEqual({
      detail: { status: 'invalid_api_key', message: 'Invalid API key' },
    })
  })
})

describe('status faults', () => {
  async function played(fault: Fault) {
    const { simulator, get } = await start()
    simulator.fault(fault)
    const response = await get(USERS)
    expect((await get(USERS)).status).toBe(200)
    return { response, type: response.headers.get('content-type'), body: await response.text() }
  }

  test('current', async () => {
    const { response, body } = await played({ kind: 'status', status: 429, code: 'system_busy' })
    expect(response.status).toBe(429)
    expect(JSON.parse(body).detail).toMatchObject({
      type: 'rate_limit_error',
      code: 'system_busy',
      param: null,
    })
  })

  test('older', async () => {
    const { body } = await played({ kind: 'status', status: 404, shape: 'older', code: 'agent_not_found' })
    expect(JSON.parse(body)).toEqual({ detail: { status: 'agent_not_found', message: 'Not Found' } })
  })

  test('validation', async () => {
    const { body } = await played({ kind: 'status', status: 422, shape: 'validation', param: 'cursor' })
    const [problem] = JSON.parse(body).detail
    expect(problem).toEqual({ loc: ['query', 'cursor'], msg: expect.any(String), type: 'validation_error' })
  })

  test('text', async () => {
    const { body } = await played({ kind: 'status', status: 500, shape: 'text', message: 'Oh no' })
    expect(JSON.parse(body)).toEqual({ detail: 'Oh no' })
  })

  test('html', async () => {
    const { response, type, body } = await played({ kind: 'status', status: 503, shape: 'html' })
    expect(response.status).toBe(503)
    expect(type).toContain('text/html')
    expect(body).toContain('<h1>503 Service Unavailable</h1>')
  })

  test('empty', async () => {
    const { response, type, body } = await played({ kind: 'status', status: 502, shape: 'empty' })
    expect(response.status).toBe(502)
    expect([type, body]).toEqual([null, ''])
  })

  test.each(['30', '0', '-1', 'soon', '99999999999', 'Sun, 01 Jun 2025 00:00:30 GMT', ''])(
    'Retry-After: %s',
    async (value) => {
      const { response } = await played({ kind: 'status', status: 429, headers: { 'retry-after': value } })
      expect(response.headers.get('retry-after')).toBe(value)
    },
  )

  test('several headers at once', async () => {
    const headers = { 'X-RateLimit-Reset': '1748736030', 'retry-after': '2' }
    const { response } = await played({ kind: 'status', status: 429, headers })
    expect(response.headers.get('x-ratelimit-reset')).toBe('1748736030')
  })
})

test('a page in place of JSON, and any body at all', async () => {
  const { simulator, get } = await start()
  simulator.fault({ kind: 'html' })
  const html = await get(USERS)
  expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
  expect(await html.text()).toMatch(/^<!DOCTYPE html>/)
  simulator.fault({ kind: 'raw', body: '{"users": null}' })
  expect(await (await get(USERS)).text()).toBe('{"users": null}')
})

test('a redirect leads to another host, which answers', async () => {
  const { simulator, get } = await start()
  simulator.fault({ kind: 'redirect', status: 307 })
  const response = await get(USERS, { page_size: 5 }, { redirect: 'manual' })
  expect(response.status).toBe(307)
  expect(response.headers.get('location')).toBe(`http://localhost:${simulator.port}${USERS}?page_size=5`)
  simulator.fault({ kind: 'redirect', location: 'https://elsewhere.example/' })
  const other = await get(USERS, {}, { redirect: 'manual' })
  expect(other.headers.get('location')).toBe('https://elsewhere.example/')
})

test('other paths and methods', async () => {
  const { get } = await start()
  for (const path of ['/', '/v1/convai/users/', '/v1/convai/agents', '/v1/convai/conversations']) {
    const response = await get(path)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ detail: 'Not Found' })
  }
  expect((await get(USERS, {}, { method: 'POST', body: '{}' })).status).toBe(405)
})

test('the Date header follows the clock, unless a fault says otherwise', async () => {
  const { simulator, clock, get } = await start()
  const dateOf = async () => (await get(USERS)).headers.get('date')
  expect(await dateOf()).toBe(new Date(NOW).toUTCString())
  clock.now += 3_600_000
  expect(await dateOf()).toBe('Sun, 01 Jun 2025 01:00:00 GMT')
  simulator.fault({ kind: 'date_header', value: 'nonsense' })
  simulator.fault({ kind: 'date_header', value: null })
  expect(await dateOf()).toBe('nonsense')
  expect(await dateOf()).toBeNull()
})

describe('the request log', () => {
  test('says what was asked and answered', async () => {
    const { simulator, get } = await start()
    await get(USERS, { page_size: 5, search: 'a b+c' })
    simulator.fault({ kind: 'status', status: 500 })
    await get(USERS)
    const query = { page_size: '5', search: 'a b+c' }
    expect(simulator.requests.log).toEqual([
      { method: 'GET', path: USERS, query, at: NOW, status: 200 },
      { method: 'GET', path: USERS, query: {}, at: NOW, status: 500 },
    ])
    expect(simulator.requests.total).toBe(2)
  })

  test('is bounded', async () => {
    const { simulator, get } = await start()
    for (let i = 0; i < 1010; i += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, n) => get('/none', { i: i + n })))
    }
    expect(simulator.requests.total).toBe(1010)
    expect(simulator.requests.log).toHaveLength(1000)
  })
})

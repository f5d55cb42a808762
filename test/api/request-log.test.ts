import { expect, test } from 'vitest'
import { API_KEY, startTestApi, TOKEN } from './support.ts'

test('each request is one debug line, without tokens, secrets and user ids', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const created = await api.post('/v1/endpoints', {
    url: 'https://hooks.example.com/a',
    headers: { 'x-api-key': 'header-value-4711' },
  })
  const { id, secret } = created.json
  await api.get(`/v1/endpoints/${id}/secret`)
  await api.get('/v1/events?user_id=%2B15551234567')
  await api.get('/v1/events?limit=0&user_id=%2B15551234567')
  await api.get('/v1/nope/+15551234567')
  await api.get('/v1/sources', { token: 'wrong-token-4712' })
  await api.post('/v1/endpoints', undefined, { raw: '{"headers":{"x-api-key":"header-value-4711"' })

  const lines = api.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  expect(lines.map(({ level, method, route, status }) => [level, method, route, status])).toEqual([
    [20, 'POST', '/v1/endpoints', 201],
    [20, 'GET', '/v1/endpoints/:id/secret', 200],
    [20, 'GET', '/v1/events', 200],
    [20, 'GET', '/v1/events', 400],
    [20, 'GET', null, 404],
    [20, 'GET', '/v1/sources', 401],
    [20, 'POST', '/v1/endpoints', 400],
  ])
  expect(lines[0].request_id).toBe(created.headers.get('x-request-id'))
  for (const hidden of [TOKEN, 'wrong-token-4712', secret, 'header-value-4711', '15551234567', API_KEY]) {
    expect(api.lines.join('')).not.toContain(hidden)
  }
})

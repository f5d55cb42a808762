import { expect, test } from 'vitest'
import { startTestApi } from './support.ts'

test('healthz answers while the process lives, whatever is missing', async () => {
  const api = await startTestApi()
  api.state.readiness = { redis: false, roles: [] }
  const answer = await api.get('/healthz', { token: null })
  expect([answer.status, answer.json]).toEqual([200, { status: 'ok' }])
})

test('readyz tells the roles, or what is missing', async () => {
  const api = await startTestApi()
  const ready = await api.get('/readyz', { token: null })
  expect([ready.status, ready.json]).toEqual([200, { status: 'ready', roles: ['api', 'poll'] }])

  api.state.readiness = { redis: false, roles: ['api'] }
  const noRedis = await api.get('/readyz', { token: null })
  expect(noRedis.status).toBe(503)
  expect(noRedis.json).toMatchObject({
    code: 'not_ready',
    detail: 'ringpost cannot work now: redis does not answer.',
    errors: [{ path: 'redis', message: 'does not answer' }],
  })

  api.state.readiness = { redis: false, roles: [] }
  const nothing = await api.get('/readyz', { token: null })
  expect(nothing.json.errors.map((error: { path: string }) => error.path)).toEqual(['redis', 'roles'])
})

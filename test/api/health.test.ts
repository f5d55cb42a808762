import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { createHealthApi } from '../../src/api/create-health-api.ts'
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

test('a process without the API answers the same, and its metrics, and nothing else', async () => {
  const readiness = { redis: true, roles: ['deliver'] }
  const lines: string[] = []
  const app = createHealthApi({
    readiness: async () => readiness,
    metrics: { contentType: Registry.PROMETHEUS_CONTENT_TYPE, scrape: async () => 'ringpost_redis_up 1\n' },
    logger: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
  })
  onTestFinished(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', roles: ['deliver'] }])
  expect(await (await fetch(`${url}/metrics`)).text()).toBe('ringpost_redis_up 1\n')
  expect((await fetch(`${url}/v1/sources`)).status).toBe(404)
  readiness.redis = false
  const away = await fetch(`${url}/readyz`)
  expect(away.status).toBe(503)
  expect(away.headers.get('content-type')).toContain('application/problem+json')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  // Asked every few seconds, it does not fill the log.
  expect(lines.filter((line) => line.includes('"level":30'))).toEqual(
    lines.filter((line) => line.includes('listening')),
  )
})

import { expect, test } from 'vitest'
import { startTestApi } from './support.ts'

test('the browsable description loads nothing from another host', async () => {
  const api = await startTestApi()
  const page = await api.get('/docs/', { token: null })
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy') ?? ''
  const sources = policy.split('; ').map((directive) => directive.split(' '))
  expect(sources.map(([name]) => name)).toContain('default-src')
  // Neither another host nor https in place of the http that the page came by.
  expect(new Set(sources.flatMap(([, ...from]) => from))).toEqual(
    new Set(["'none'", "'self'", "'unsafe-inline'", 'data:']),
  )
  expect(sources.find(([name]) => name === 'script-src')).toEqual(['script-src', "'self'"])
  expect(policy).not.toContain('upgrade-insecure-requests')
  // The badge that would send the description to a validator elsewhere.
  expect((await api.get('/docs/static/swagger-initializer.js', { token: null })).text).toMatch(
    /validatorUrl: null/,
  )
  const references = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference = '']) => reference)
  expect(references.length).toBeGreaterThan(3)
  for (const reference of references) {
    const url = new URL(reference, `${api.url}/docs/`)
    expect(url.origin).toBe(api.url)
    expect((await fetch(url)).status, reference).toBe(200)
  }
  const { json } = await api.get('/docs/json', { token: null })
  expect(json).toEqual((await api.get('/openapi.json', { token: null })).json)
})

test.each([
  '/docs/../v1/sources',
  '/docs/%2e%2e/v1/sources',
  '/docs/static/../../v1/sources',
  '/docs/static/..%2f..%2fpackage.json',
])('nothing else is opened by %s', async (url) => {
  const api = await startTestApi()
  expect([400, 401, 403, 404]).toContain((await api.app.inject({ url })).statusCode)
})

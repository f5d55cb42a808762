import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readSite } from '../../src/dashboard/site.ts'
import { startTestApi, userEvent } from './support.ts'

const open = { token: null }

test('every path below /dashboard is the page, under a policy that lets nothing in', async () => {
  const api = await startTestApi()
  for (const path of [
    '/dashboard',
    '/dashboard/',
    '/dashboard/endpoints/ep_1',
    '/dashboard/users?user=%00',
  ]) {
    const page = await api.get(path, open)
    expect(page.status, path).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(page.headers.get('x-frame-options')).toBe('DENY')
  }
  const root = await fetch(api.url, { redirect: 'manual' })
  expect(root.headers.get('location')).toBe('/dashboard')
})

test('its files are all from here, below 150 KB of JavaScript, and kept by the browser', async () => {
  const api = await startTestApi()
  const { text } = await api.get('/dashboard', open)
  expect(text).not.toMatch(/<script>|<style|\son\w+=|style=/)
  const references = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference = '']) => reference)
  expect(references.length).toBeGreaterThan(3)
  for (const reference of references) {
    expect(reference).toMatch(/^\/dashboard\//)
    const file = await api.get(reference, open)
    expect(file.status, reference).toBe(200)
    const kept = reference.startsWith('/dashboard/assets/')
      ? 'public, max-age=31536000, immutable'
      : 'no-cache'
    expect(file.headers.get('cache-control')).toBe(kept)
  }
  const scripts = [...(readSite() ?? [])].filter(([name]) => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(1)
  const bytes = scripts.reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0)
  expect(bytes).toBeLessThan(150 * 1024)
})

test('an old file is not the page, and a browser that takes no gzip gets none', async () => {
  const api = await startTestApi()
  expect((await api.get('/dashboard/assets/index-old.js', open)).status).toBe(404)
  const plain = await api.get('/dashboard', { token: null, headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(plain.text).toContain('<title>ringpost</title>')
})

test.each(['/dashboard/..%2f..%2fpackage.json', '/dashboard/made-of', '/dashboard/%2e%2e/v1/sources'])(
  'nothing else is opened by %s',
  async (url) => {
    const api = await startTestApi()
    const { body } = await api.app.inject({ url })
    expect(body).not.toMatch(/"dependencies"|^[0-9a-f]{64}$/)
  },
)

test('events are counted over time, by type', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  await api.addSource('src_b')
  const since = api.clock.now - 60_000
  const put = (source: string, user: string, count: number, at: number) =>
    api.addEvent(source, userEvent(source, user, count, { at }), `${at}-0`)
  await put('src_a', 'before', 1, since - 1)
  await put('src_a', 'one', 1, since)
  await put('src_a', 'two', 1, since + 29_999)
  await put('src_b', 'three', 1, since + 30_000)
  await put('src_b', 'three', 2, since + 45_000)
  const ask = (more = '') =>
    api.get(`/v1/event-counts?since=${new Date(since).toISOString()}&stretches=2${more}`)
  const { json } = await ask()
  expect(json).toEqual({
    since: new Date(since).toISOString(),
    until: new Date(api.clock.now).toISOString(),
    complete_since: new Date(since).toISOString(),
    stretches: [
      { from: new Date(since).toISOString(), types: { 'user.created': 2 } },
      {
        from: new Date(since + 30_000).toISOString(),
        types: { 'user.created': 1, 'user.conversation_count.increased': 1 },
      },
    ],
  })
  expect((await ask('&source_id=src_a')).json.stretches[1].types).toEqual({})
  expect((await api.get('/v1/event-counts?until=0')).json.stretches[0].types).toEqual({})
  expect((await api.get('/v1/event-counts?since=x')).status).toBe(400)
})

test('GET /v1/about tells what this ringpost is', async () => {
  const api = await startTestApi()
  const { status, json } = await api.get('/v1/about')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    demo: false,
    roles: ['api', 'poll'],
    retention: { events: '30d', deliveries: '7d' },
    retry_schedule: ['5s', '5m'],
    redis: { version: expect.stringMatching(/\d\.\d/), memory_bytes: expect.any(Number) },
  })
  expect(json.queues.map(({ queue }: { queue: string }) => queue)).toContain('poll')
  expect((await api.get('/v1/about', { token: null })).status).toBe(401)
})

import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createOwnership } from '../../src/config-file/ownership.ts'
import { nudgeHeader, postCall } from '../support/nudge.ts'
import { until } from '../support/until.ts'
import { NOON, startTestApi, type TestApi } from './support.ts'

const SECRET = 'wsec_f33540691158e6988cf0b0ab0a6f35a1'
const PATH = '/v1/sources/src_default/nudge'
const MINUTE = 60_000

async function startNudged(more: object = {}): Promise<TestApi> {
  const api = await startTestApi()
  await api.addSource('src_default', { nudge_secret: SECRET, ...more })
  return api
}

const nudge = (api: TestApi, body: string, headers: Record<string, string>, path = PATH) =>
  api.request('POST', path, { raw: body, headers, token: null })

const shown = async (api: TestApi) => (await api.get('/v1/sources/src_default')).json.nudge

/** Polls that wait for a poller. */
const waiting = async (api: TestApi) =>
  (await api.queues.figures()).find(({ queue }) => queue === 'poll')?.jobs.waiting

test('a webhook that is signed right is answered 200 without a token, and many become one poll', async () => {
  const api = await startNudged()
  for (let i = 0; i < 20; i++) {
    const body = postCall(`conv_${i}`)
    const answer = await nudge(api, body, nudgeHeader(SECRET, body, NOON))
    expect([answer.status, answer.json]).toEqual([200, { received: true }])
  }
  expect(await waiting(api)).toBe(1)
  expect(await api.store.readState('src_default')).toMatchObject({ nudges: 20, nudges_answered: 0 })
  expect(await shown(api)).toEqual({
    path: PATH,
    received: 20,
    last_at: new Date(NOON).toISOString(),
    last_refused: null,
  })
  expect((await api.get('/metrics')).text).toContain('ringpost_nudges_total{outcome="accepted"} 20')
})

test.each([
  ['another body', { body: `${postCall()} ` }, /No signature fits/],
  ['another secret', { secret: `${SECRET}0` }, /No signature fits/],
  ['a time that is too old', { at: NOON - 31 * MINUTE }, /signed 31 min ago/],
  ['a time in the future', { at: NOON + 31 * MINUTE }, /31 min in the future/],
  ['no signature', { headers: {} }, /ElevenLabs-Signature is missing/],
  ['the API token alone', { headers: { authorization: 'Bearer test-token-5f1d9c3ab27e' } }, /is missing/],
])('%s is refused, polls nothing, and can be seen', async (_, wrong, why) => {
  const api = await startNudged()
  const {
    body = postCall(),
    secret = SECRET,
    at = NOON,
  } = wrong as { body?: string; secret?: string; at?: number }
  const headers =
    'headers' in wrong ? (wrong.headers as Record<string, string>) : nudgeHeader(secret, postCall(), at)
  const answer = await nudge(api, body, headers)
  expect([answer.status, answer.json.code]).toEqual([403, 'signature_refused'])
  expect(answer.json.detail).toMatch(why)
  expect(await waiting(api)).toBe(0)
  expect(await shown(api)).toMatchObject({
    received: 0,
    last_at: null,
    last_refused: { at: new Date(NOON).toISOString(), message: answer.json.detail },
  })
  expect((await api.get('/metrics')).text).toContain('ringpost_nudges_total{outcome="refused"} 1')
})

test('the clock may be off by up to half an hour', async () => {
  const api = await startNudged()
  for (const at of [NOON - 30 * MINUTE, NOON + 30 * MINUTE]) {
    expect((await nudge(api, postCall(), nudgeHeader(SECRET, postCall(), at))).status).toBe(200)
  }
})

test('any body is verified as it was sent: of any type, not JSON, longer than other bodies, or none', async () => {
  const api = await startNudged()
  for (const [body, type] of [
    ['{ "not": json', 'application/json'],
    ['{"__proto__":{}}', 'application/json; charset=latin1'],
    [`{"data":{"full_audio":"${'A'.repeat(3_000_000)}"}}`, 'application/json'],
    ['\u{1F4DE} ümlaut\r\n', 'text/plain'],
    ['\0\x01', 'application/octet-stream'],
  ] as const) {
    const answer = await nudge(api, body, { ...nudgeHeader(SECRET, body, NOON), 'content-type': type })
    expect(answer.status, `${type}: ${answer.text}`).toBe(200)
  }
  const none = await api.request('POST', PATH, { headers: nudgeHeader(SECRET, '', NOON), token: null })
  expect(none.status).toBe(200)
})

test('a source that has no secret takes none, nor does one that is not there, is deleted or is paused', async () => {
  const api = await startNudged()
  await api.addSource('src_other')
  const { id } = (await api.post('/v1/sources', { name: 'x', api_key: 'sk_x', nudge_secret: SECRET })).json
  await api.request('DELETE', `/v1/sources/${id}`)
  const signed = nudgeHeader(SECRET, '', NOON)
  for (const source of ['src_other', 'src_none', id]) {
    const answer = await nudge(api, '', signed, `/v1/sources/${source}/nudge`)
    expect([source, answer.status]).toEqual([source, 404])
  }
  expect(await api.redis.hget(api.keys.sources, id)).toContain('"nudge_secret":null')
  await api.patch('/v1/sources/src_default', { paused: true })
  // An answer but 200 would in time turn their webhook off.
  expect((await nudge(api, '', signed)).status).toBe(200)
  expect((await shown(api)).received).toBe(0)
})

test('a secret is entered or made, kept encrypted, shown once at most, replaced and taken away', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  expect(await shown(api)).toBeNull()
  const good = async (secret: string) => (await nudge(api, '', nudgeHeader(secret, '', NOON))).status
  const entered = await api.patch('/v1/sources/src_default', { nudge_secret: SECRET })
  expect(entered.json.nudge.path).toBe(PATH)
  expect(await good(SECRET)).toBe(200)
  // What changes something else leaves it.
  await api.patch('/v1/sources/src_default', { name: 'other' })
  expect(await good(SECRET)).toBe(200)

  const { json: made } = await api.post('/v1/sources/src_default/nudge-secret')
  expect(made).toEqual({ secret: expect.stringMatching(/^wsec_[0-9a-f]{64}$/), path: PATH })
  expect([await good(SECRET), await good(made.secret)]).toEqual([403, 200])
  for (const { text } of [entered, await api.get('/v1/sources'), await api.get('/v1/config')]) {
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(made.secret)
  }
  expect(JSON.stringify(await api.redis.hgetall(api.keys.sources))).not.toContain(made.secret)
  expect(api.lines.join('')).not.toMatch(/wsec_/)
  expect((await api.get('/v1/config')).json.withheld).toContain('sources.src_default.nudge_secret')

  expect((await api.patch('/v1/sources/src_default', { nudge_secret: null })).json.nudge).toBeNull()
  expect(await good(made.secret)).toBe(404)
  for (const nudge_secret of ['short', 'with a space in it, and long', 5]) {
    const answer = await api.patch('/v1/sources/src_default', { nudge_secret })
    expect([answer.status, answer.json.errors?.[0]?.path]).toEqual([400, 'nudge_secret'])
  }
})

test('a configuration file can have it: applied again it writes nothing, and what it sets is not made elsewhere', async () => {
  const api = await startTestApi()
  const file = { sources: { src_a: { api_key: 'sk_a', nudge_secret: SECRET } }, endpoints: {} }
  const apply = async () => (await api.post('/v1/config', file)).json.changes[0]
  expect(await apply()).toMatchObject({ action: 'create' })
  const stored = await api.redis.hget(api.keys.sources, 'src_a')
  expect(await apply()).toMatchObject({ action: 'none' })
  expect(await api.redis.hget(api.keys.sources, 'src_a')).toBe(stored)
  expect((await nudge(api, '', nudgeHeader(SECRET, '', NOON), '/v1/sources/src_a/nudge')).status).toBe(200)
  file.sources.src_a.nudge_secret = `${SECRET}_other`
  expect(await apply()).toMatchObject({ action: 'update', fields: ['nudge_secret'] })

  const owned = await startTestApi({ ownership: createOwnership(file) })
  await owned.post('/v1/config', { sources: { src_a: { api_key: 'sk_a' } } })
  await owned.addSource('src_a')
  expect((await owned.post('/v1/sources/src_a/nudge-secret')).json.code).toBe('conflict')
})

test('a body that comes too slowly or breaks off is refused without a word in the log', async () => {
  const api = await startNudged()
  const { 'elevenlabs-signature': signature = '' } = nudgeHeader('another_secret_of_nobody', '{}', NOON)
  const begin = (path: string, headers: string) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${headers}content-length: 1000\r\n\r\n{`)
    return socket
  }
  const signed = `elevenlabs-signature: ${signature}\r\ncontent-type: application/json\r\n`
  const slow = begin(PATH, signed)
  const broken = begin(PATH, signed)
  const json = begin('/v1/session', 'content-type: application/json\r\nx-ringpost-dashboard: 1\r\n')
  // Both are being read by then.
  expect((await api.get('/v1/sources')).status).toBe(200)
  const ended = () => api.lines.filter((line) => line.includes('"msg":"request"')).length
  const before = ended()
  broken.destroy()
  json.destroy()
  const answer = await text(slow)
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  expect(answer).toContain('"code":"request_timeout"')
  await until(() => ended() >= before + 1)
  const loud = api.lines.filter((line) => JSON.parse(line).level >= 40 || line.includes('"stack"'))
  expect(loud).toEqual([])
})

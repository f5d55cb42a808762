import { describe, expect, onTestFinished, test } from 'vitest'
import { ACTIVITY_KEPT, type Activity, AT_ONCE, type AttemptMade } from '../../src/log/activity.ts'
import { until } from '../support/until.ts'
import { startTestApi, type TestApi, TOKEN, userEvent } from './support.ts'

interface Message {
  id?: string
  event?: string
  data?: string
}

/** A client of the stream that remembers what it got. */
async function listen(api: TestApi, headers: Record<string, string | null> = {}, query = '') {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const response = await fetch(`${api.url}/v1/stream${query}`, {
    headers: Object.entries({ authorization: `Bearer ${TOKEN}`, ...headers }).filter(
      (header): header is [string, string] => header[1] !== null,
    ),
    signal: ended.signal,
  })
  const messages: Message[] = []
  let closed = false
  const read = async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const lines = part.split('\n').map((line) => line.split(/: (.*)/s))
        messages.push(Object.fromEntries(lines.map(([name, value]) => [name, value])))
      }
    }
  }
  const reading = read()
    .catch(() => undefined)
    .finally(() => {
      closed = true
    })
  await until(() => messages.length > 0)
  return {
    response,
    messages,
    got: (event: string) => messages.filter((message) => message.event === event),
    isClosed: () => closed,
    leave: async () => {
      ended.abort()
      await reading
    },
  }
}

const attempt: AttemptMade = {
  delivery_id: 'dlv_1',
  event_id: 'evt_1',
  event_type: 'user.created',
  backfill: false,
  endpoint_id: 'ep_1',
  status: 'succeeded',
  number: 1,
  at: '2026-11-23T10:00:00.000Z',
  duration_ms: 12,
  response_status: 204,
  error: null,
  next_attempt_at: null,
}
const numbered = (n: number): Activity => ({ kind: 'attempt', attempt: { ...attempt, number: n } })
const numbers = (messages: Message[]) => messages.map(({ data }) => JSON.parse(data ?? '').number)

async function emit(api: TestApi, userId: string) {
  const event = userEvent('src_default', userId)
  const place = await api.addEvent('src_default', event)
  await api.noteActivity([{ kind: 'event', sourceId: 'src_default', place }])
  return event
}

describe('the stream', () => {
  test('tells events and attempts as they happen, each with its id', async () => {
    const api = await startTestApi()
    const { response, messages, got } = await listen(api)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const event = await emit(api, 'a\nb\n\ndata: c')
    await api.noteActivity([{ kind: 'attempt', attempt }])
    await until(() => got('attempt').length === 1)
    expect(JSON.parse(got('event')[0]?.data ?? '')).toEqual(event)
    expect(JSON.parse(got('attempt')[0]?.data ?? '')).toEqual(attempt)
    for (const { id } of messages.slice(1)) expect(id).toMatch(/^\d+-\d+\.\d+$/)
  })

  test.each(['header', 'query'])('goes on where its client left off, by %s', async (how) => {
    const api = await startTestApi()
    const first = await listen(api)
    // In the middle of what happened at once.
    await api.noteActivity([numbered(1), numbered(2), numbered(3)])
    await until(() => first.got('attempt').length === 3)
    const last = first.messages.at(-2)?.id ?? ''
    await first.leave()
    await api.noteActivity(Array.from({ length: 449 }, (_, i) => numbered(i + 4)))
    const second =
      how === 'header'
        ? await listen(api, { 'last-event-id': last })
        : await listen(api, {}, `?last_event_id=${last}`)
    await api.noteActivity([numbered(453)])
    await until(() => second.got('attempt').length >= 451)
    expect(numbers(second.got('attempt'))).toEqual(Array.from({ length: 451 }, (_, i) => i + 3))
    expect(second.got('missed')).toEqual([])
  })

  test('says so where its client was away for too long', async () => {
    const api = await startTestApi()
    await api.noteActivity([numbered(1)])
    const [[id = ''] = []] = await api.redis.xrange(api.keys.activity, '-', '+', 'COUNT', 1)
    const many = (ACTIVITY_KEPT + 500) * AT_ONCE
    for (let i = 0; i < many; i += 500) {
      await api.noteActivity(Array.from({ length: 500 }, (_, k) => numbered(i + k + 2)))
    }
    const client = await listen(api, { 'last-event-id': id })
    await until(() => client.got('attempt').length >= ACTIVITY_KEPT * AT_ONCE)
    expect(client.messages[1]).toMatchObject({ event: 'missed' })
    expect(await api.redis.xlen(api.keys.activity)).toBeLessThan(ACTIVITY_KEPT + 500)
  })

  test('leaves out an event that is gone', async () => {
    const api = await startTestApi()
    const client = await listen(api)
    await api.noteActivity([{ kind: 'event', sourceId: 'src_default', place: '1-1' }, numbered(1)])
    await until(() => client.got('attempt').length === 1)
    expect(client.got('event')).toEqual([])
  })

  test('serves many clients, and one that leaves or does not read disturbs no other', async () => {
    const api = await startTestApi()
    const clients = await Promise.all(Array.from({ length: 10 }, () => listen(api)))
    // It asks and never reads.
    const deaf = await fetch(`${api.url}/v1/stream`, { headers: { authorization: `Bearer ${TOKEN}` } })
    await clients[0]?.leave()
    for (let i = 0; i < 20; i++) {
      await api.noteActivity(Array.from({ length: 100 }, (_, k) => numbered(i * 100 + k + 1)))
    }
    for (const { got } of clients.slice(1)) {
      await until(() => got('attempt').length === 2_000)
      expect(numbers(got('attempt'))).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1))
    }
    await deaf.body?.cancel()
  })

  test('ends when ringpost stops', async () => {
    const api = await startTestApi()
    const client = await listen(api)
    await api.app.close()
    await until(client.isClosed)
  })

  test('needs a token, and an id that is one', async () => {
    const api = await startTestApi()
    expect((await api.get('/v1/stream', { token: null })).status).toBe(401)
    const refused = await api.get('/v1/stream', { headers: { 'last-event-id': 'yesterday' } })
    expect([refused.status, refused.json.errors[0].path]).toEqual([400, 'last-event-id'])
  })
})

describe('a stream that is open', () => {
  const cookieOf = async (api: TestApi) => {
    const answer = await api.post(
      '/v1/session',
      { token: TOKEN },
      { token: null, headers: { 'x-ringpost-dashboard': '1' } },
    )
    return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  }
  const tokenOf = async (api: TestApi, more: object = {}) =>
    (await api.post('/v1/tokens', { name: 'reader', scopes: ['read'], ...more })).json as {
      id: string
      token: string
    }
  const as = (token: string) => ({ authorization: `Bearer ${token}` })
  const withCookie = (cookie: string) => ({ authorization: null, cookie })

  test('tells nothing a second after its token was revoked, and ends', async () => {
    const api = await startTestApi()
    const { id, token } = await tokenOf(api)
    const client = await listen(api, as(token))
    await emit(api, 'before')
    await until(() => client.got('event').length === 1)
    expect((await api.request('DELETE', `/v1/tokens/${id}`)).status).toBe(204)
    api.clock.now += 1_000
    await emit(api, 'after')
    await until(client.isClosed)
    expect(client.got('event')).toHaveLength(1)
  })

  test('tells nothing a second after its browser has signed out, and ends', async () => {
    const api = await startTestApi()
    const cookie = await cookieOf(api)
    const client = await listen(api, withCookie(cookie))
    const headers = { cookie, 'x-ringpost-dashboard': '1' }
    expect((await api.request('DELETE', '/v1/session', { token: null, headers })).status).toBe(204)
    api.clock.now += 1_000
    await emit(api, 'after')
    await until(client.isClosed)
    expect(client.got('event')).toEqual([])
  })

  test('ends with its token or its session where nothing happens either, and goes on for others', async () => {
    const api = await startTestApi({ heartbeatMs: 20 })
    const { id, token } = await tokenOf(api)
    const cookie = await cookieOf(api)
    const streams = [await listen(api, as(token)), await listen(api, withCookie(cookie))]
    const other = await listen(api)
    await api.request('DELETE', `/v1/tokens/${id}`)
    await until(streams[0]?.isClosed ?? (() => false))
    expect(streams[1]?.isClosed()).toBe(false)
    await api.request('DELETE', '/v1/session', {
      token: null,
      headers: { cookie, 'x-ringpost-dashboard': '1' },
    })
    await until(streams[1]?.isClosed ?? (() => false))
    await emit(api, 'after')
    await until(() => other.got('event').length === 1)
  })

  test('ends when its token expires', async () => {
    const api = await startTestApi()
    const ends = new Date(Date.now() + 3_600_000).toISOString()
    const { token } = await tokenOf(api, { expires_at: ends })
    api.clock.now = Date.parse(ends) - 100
    const client = await listen(api, as(token))
    await until(client.isClosed)
  })
})

import { describe, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { ids, NOW, NOW_SECS, start } from './support.ts'

async function remote() {
  const bench = await start()
  /** Without a key: another process drives it. */
  async function control(method: string, path: string, body?: unknown) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${bench.simulator.url}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: text }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { ...bench, control }
}

test('calls, one or many at once', async () => {
  const { control, page, get } = await remote()
  const one = await control('POST', 'calls', { user_id: 'ann', summary: 'Hello', at_unix_secs: NOW_SECS - 5 })
  expect(one.status).toBe(200)
  const [id] = one.body.conversation_ids as string[]
  expect(await (await get(`/v1/convai/conversations/${id}`)).json()).toMatchObject({
    analysis: { transcript_summary: 'Hello' },
  })
  await control('POST', 'calls', [{ user_id: 'bob' }, { user_id: 'ann', at_unix_secs: NOW_SECS - 3 }])
  expect((await page()).users).toMatchObject([
    { user_id: 'bob', conversation_count: 1 },
    { user_id: 'ann', conversation_count: 2, last_contact_unix_secs: NOW_SECS - 3 },
  ])
})

test('seed', async () => {
  const { control, page } = await remote()
  const seed = {
    users: 3,
    id_prefix: 's',
    newest_unix_secs: 1000,
    spacing_secs: 10,
    count: 4,
    agent_id: null,
  }
  expect(await control('POST', 'seed', seed)).toEqual({ status: 200, body: { user_count: 3 } })
  expect((await page()).users).toMatchObject([
    { user_id: 's0', last_contact_unix_secs: 1000, conversation_count: 4, last_contact_agent_id: null },
    { user_id: 's1', last_contact_unix_secs: 990 },
    { user_id: 's2', last_contact_unix_secs: 980 },
  ])
  const again = await control('POST', 'seed', seed)
  expect(again.status).toBe(409)
  expect(again.body.error).toContain('"s0"')
})

test('faults, queued and cleared', async () => {
  const { control, get } = await remote()
  const gone = { kind: 'status', status: 503, times: 'always' }
  expect(await control('POST', 'faults', [{ kind: 'html' }, gone])).toMatchObject({ body: { queued: 2 } })
  expect(await (await get('/v1/convai/users')).text()).toMatch(/^<!DOCTYPE/)
  expect((await get('/v1/convai/users')).status).toBe(503)
  await control('DELETE', 'faults')
  expect((await get('/v1/convai/users')).status).toBe(200)
  await control('POST', 'faults', { kind: 'status', status: 500 })
  expect((await get('/v1/convai/users')).status).toBe(500)
})

test('users: override, omit, remove, restore, whatever their id', async () => {
  const { control, simulator, page } = await remote()
  for (const user_id of ['a/b ?#%\n', '../x', '', '__proto__']) {
    simulator.call({ user_id })
    const path = `users/${encodeURIComponent(user_id)}`
    const patch = { override: { conversation_count: '7', extra: null }, omit: ['last_contact_agent_id'] }
    expect(await control('POST', path, patch)).toEqual({ status: 200, body: { ok: true } })
    const [row] = (await page()).users
    expect(row).toMatchObject({ user_id, conversation_count: '7', extra: null })
    expect(row).not.toHaveProperty('last_contact_agent_id')
    await control('POST', path, { override: null })
    expect((await page()).users[0]).toMatchObject({ user_id, conversation_count: 1 })
    await control('DELETE', path)
    expect(ids(await page())).toEqual([])
    await control('POST', path, { restore: true })
    expect(ids(await page())).toEqual([user_id])
    simulator.removeUser(user_id)
  }
})

test('an override keeps a key named __proto__', async () => {
  const { control, simulator, get } = await remote()
  simulator.call({ user_id: 'ann' })
  await control('POST', 'users/ann', '{"override": {"__proto__": {"admin": true}}}')
  expect(await (await get('/v1/convai/users')).text()).toContain('"__proto__":{"admin":true}')
})

test('the key', async () => {
  const { control, get } = await remote()
  await control('POST', 'key', { key: 'other' })
  expect(await (await get('/v1/convai/users')).json()).toMatchObject({ detail: { code: 'invalid_api_key' } })
  await control('POST', 'key', { key: 'sim_key', missing_permissions: true })
  expect(await (await get('/v1/convai/users')).json()).toMatchObject({
    detail: { code: 'missing_permissions' },
  })
})

test('the state, in which control requests are not counted', async () => {
  const { control, simulator, page } = await remote()
  simulator.seed({ users: 2 })
  await page({ page_size: 7 })
  expect((await control('GET', 'state')).body).toEqual({
    user_count: 2,
    requests: {
      total: 1,
      log: [{ method: 'GET', path: '/v1/convai/users', query: { page_size: '7' }, at: NOW, status: 200 }],
    },
  })
})

describe('wrong input is a sentence, and changes nothing', () => {
  test.each([
    ['POST', 'calls', {}, 'user_id'],
    ['POST', 'calls', [{ user_id: 'a' }, { user_id: 7 }], '1.user_id'],
    ['POST', 'calls', { user_id: 'a', colour: 'red' }, 'colour'],
    ['POST', 'calls', 'not json', 'The body is not JSON.'],
    ['POST', 'seed', { users: -1 }, 'users'],
    ['POST', 'faults', { kind: 'explode' }, "'truncated_json'"],
    ['POST', 'faults', [{ kind: 'html' }, { kind: 'delay' }], '1.ms'],
    ['POST', 'faults', { kind: 'status', status: 99 }, 'status'],
    ['POST', 'key', { key: '' }, 'key'],
    ['POST', 'users/ann', {}, 'one of override, omit and restore'],
    ['POST', 'users/ann', { override: [1] }, 'override: must be an object or null'],
    ['POST', 'users/%E0%A4%A', { override: null }, 'percent-encoded'],
  ])('%s %s %j', async (method, path, body, message) => {
    const { control, simulator, page } = await remote()
    const answer = await control(method, path, body)
    expect(answer).toEqual({ status: 400, body: { error: expect.stringContaining(message) } })
    expect(answer.body.error).not.toContain('\n')
    expect(simulator.userCount).toBe(0)
    expect((await page()).users).toEqual([])
  })

  test('unknown users and routes are 404', async () => {
    const { control } = await remote()
    expect(await control('DELETE', 'users/nobody')).toMatchObject({ status: 404 })
    const { status, body } = await control('GET', 'nothing')
    expect(status).toBe(404)
    expect(body.error).toContain('POST calls')
  })

  test('a body that is too large gets an answer', async () => {
    const { control } = await remote()
    const answer = await control('POST', 'calls', { user_id: 'x'.repeat(17 * 1024 * 1024) })
    expect(answer.status).toBe(413)
  })
})

test('other machines are refused', async ({ skip }) => {
  const { networkInterfaces } = await import('node:os')
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address
  if (address === undefined) skip('this machine has no other address')
  const simulator = await createSimulator({ host: '0.0.0.0' })
  try {
    const response = await fetch(`http://${address}:${simulator.port}/_control/state`)
    expect(response.status).toBe(403)
    expect((await fetch(`${simulator.url}/_control/state`)).status).toBe(200)
  } finally {
    await simulator.close()
  }
})

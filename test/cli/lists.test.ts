import { expect, test } from 'vitest'
import { timeOf } from '../../src/cli/values.ts'
import { deliveryOf, startTestApi, userEvent } from '../api/support.ts'
import { ringpost } from './cli.ts'

test('lists are tables for people, without colours where there is no terminal', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  await api.addEvent('src_default', userEvent('src_default', '+15550100'))
  const { code, stdout, stderr } = await ringpost(api.url, ['events', 'list'])
  expect([code, stderr]).toEqual([0, ''])
  const [head, row, ...rest] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^TIME +TYPE +ABOUT +ID$/)
  expect(row).toMatch(/^2026-11-23 10:00:00 {2}user\.created {2}\+15550100 \(0 → 1\) {2}evt_\w{32}$/)
  expect(rest).toEqual([])
})

test('lists are the API’s own answer for programs', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  for (const id of ['a', 'b']) await api.addEvent('src_default', userEvent('src_default', id))
  const { stdout } = await ringpost(api.url, ['events', 'list', '--limit', '1', '--json'])
  const page = JSON.parse(stdout)
  expect(page).toEqual((await api.get('/v1/events?limit=1')).json)
  const next = await ringpost(api.url, [
    '--json',
    'events',
    'list',
    '--limit',
    '1',
    '--cursor',
    page.next_cursor,
  ])
  expect(JSON.parse(next.stdout).data).toHaveLength(1)
  expect(JSON.parse(next.stdout).data[0].id).not.toBe(page.data[0].id)
})

test('a list begins and ends at a time, which can be said as how long ago it is', async () => {
  const before = Date.now()
  const ago = Date.parse(timeOf('2h')) + 2 * 3_600_000
  expect(ago).toBeGreaterThanOrEqual(before)
  expect(ago).toBeLessThanOrEqual(Date.now())
  for (const time of ['2026-11-01', '2026-11-01T10:00Z', '1795000000', 'yesterday'])
    expect(timeOf(time)).toBe(time)

  const api = await startTestApi()
  await api.addSource('src_default')
  await api.addEvent('src_default', userEvent('src_default', 'a'))
  const listed = async (...args: string[]) => {
    const { stdout } = await ringpost(api.url, ['events', 'list', '--json', ...args])
    return JSON.parse(stdout).data.length
  }
  expect(await listed('--since', '10000d')).toBe(1)
  expect(await listed('--since', '10000d', '--until', '9999d')).toBe(0)
  for (const list of ['events', 'deliveries']) {
    const wrong = await ringpost(api.url, [list, 'list', '--since', '2w'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('(ms, s, m, h or d)')])
  }
})

test('an id from outside cannot steer the terminal, and stays whole for programs', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const id = '\u001b[2J\u202egnp\nroot'
  await api.addEvent('src_default', userEvent('src_default', id))
  const people = await ringpost(api.url, ['events', 'list'])
  for (const unit of ['\u001b', '\u202e']) expect(people.stdout).not.toContain(unit)
  expect(people.stdout).toContain('\\u001b[2J\\u202egnp\\nroot')
  const programs = await ringpost(api.url, ['events', 'list', '--json'])
  expect(JSON.parse(programs.stdout).data[0].data.user.user_id).toBe(id)
})

test('what the API refuses is a sentence and exit code 1', async () => {
  const api = await startTestApi()
  const limit = await ringpost(api.url, ['events', 'list', '--limit', '999'])
  expect(limit).toEqual({ code: 1, stdout: '', stderr: 'limit must be a whole number from 1 to 250.\n' })
  const unknown = await ringpost(api.url, ['sources', 'show', 'src_none'])
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('There is no source src_none')
  const stranger = await ringpost(api.url, ['sources', 'list'], { env: { RINGPOST_API_TOKEN: 'wrong' } })
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('not the API token')])
})

test('wrong usage is exit code 2', async () => {
  const api = await startTestApi()
  for (const args of [
    ['evnts'],
    ['events'],
    ['events', 'list', '--limit', 'x'],
    ['events', 'show'],
    ['--nope'],
  ]) {
    expect((await ringpost(api.url, args)).code, args.join(' ')).toBe(2)
  }
})

test('a server that does not answer is a sentence that says what to do', async () => {
  const api = await startTestApi()
  await api.app.close()
  const { code, stderr } = await ringpost(api.url, ['sources', 'list'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/does not answer \(ECONNREFUSED\).*npm start/)
})

test('an endpoint is added, switched off and on, and deleted', async () => {
  const api = await startTestApi()
  const added = await ringpost(api.url, [
    'endpoints',
    'add',
    'https://hooks.example.com/',
    '--types',
    'user.created',
    '--json',
  ])
  const { id, secret, event_types } = JSON.parse(added.stdout)
  expect([secret, event_types]).toEqual([expect.stringMatching(/^whsec_/), ['user.created']])
  await ringpost(api.url, ['endpoints', 'disable', id])
  expect((await api.get(`/v1/endpoints/${id}`)).json.enabled).toBe(false)
  await ringpost(api.url, ['endpoints', 'enable', id])
  expect((await api.get(`/v1/endpoints/${id}`)).json.enabled).toBe(true)
  expect((await ringpost(api.url, ['endpoints', 'rm', id])).stdout).toBe(`${id} is deleted.\n`)
  expect((await api.get(`/v1/endpoints/${id}`)).status).toBe(404)
  const refused = await ringpost(api.url, ['endpoints', 'add', 'http://10.0.0.1/'])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/\S/)])
})

test('a delivery is shown with its attempts', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const event = userEvent('src_default', 'u1')
  await api.addEvent('src_default', event)
  const endpoint = await api.addEndpoint()
  const [id = ''] = await api.log.accept(endpoint.id, [deliveryOf(event, 'src_default')])
  const list = await ringpost(api.url, ['deliveries', 'list', '--status', 'pending'])
  expect(list.stdout).toContain(id)
  // Those of one event are told apart by where they went.
  const ofEvent = await ringpost(api.url, ['deliveries', 'list', '--event', event.id])
  expect(ofEvent.stdout).toMatch(/^TIME +STATUS +ENDPOINT +TRIES/)
  expect(ofEvent.stdout).toMatch(new RegExp(`${endpoint.id}.*${id}`))
  const shown = await ringpost(api.url, ['deliveries', 'show', id])
  expect(shown.stdout).toMatch(/status +pending/)
})

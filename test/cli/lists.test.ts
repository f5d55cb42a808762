import { expect, test } from 'vitest'
import { timeOf } from '../../src/cli/values.ts'
import { BREAKER } from '../../src/log/deliveries.ts'
import { deliveryOf, NOON, startTestApi, userEvent } from '../api/support.ts'
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
  for (const time of ['2026-11-01', '2026-11-01T10:00Z', '1795000000']) expect(timeOf(time)).toBe(time)

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
  for (const time of ['yesterday', '2026-02-30', '2026-11-01T25:00', '1795000000000']) {
    const wrong = await ringpost(api.url, ['events', 'list', '--since', time])
    expect([wrong.code, wrong.stderr], time).toEqual([
      2,
      expect.stringMatching(/2026-11-23T10:00:00Z.*how long ago, such as 2h/),
    ])
  }
})

test('a page whose times were said as how long ago goes on where it ended', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  await api.addPolls('src_default', 2)
  const { id: endpointId } = await api.addEndpoint()
  for (const id of ['a', 'b']) {
    const event = userEvent('src_default', id)
    await api.addEvent('src_default', event)
    await api.log.accept(endpointId, [deliveryOf(event, 'src_default')])
  }
  for (const list of [
    ['events', 'list'],
    ['deliveries', 'list'],
    ['sources', 'polls', 'src_default'],
  ]) {
    const first = await ringpost(api.url, [...list, '--limit', '1', '--since', '10000d'])
    const more = /There are more: (--since \S+Z --cursor \S+)\n$/.exec(first.stdout)?.[1]
    const next = await ringpost(api.url, [...list, '--limit', '1', ...(more ?? 'none').split(' ')])
    expect([next.code, next.stderr], list.join(' ')).toEqual([0, ''])
    const rows = [first, next].map(({ stdout }) => stdout.split('\n')[1])
    expect(rows[1]).toMatch(/^2026-11-\d\d /)
    expect(rows[1]).not.toBe(rows[0])
  }
})

test('times are those of the zone that their heading names, and can be given back as they are shown', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const at = (time: string, id: string) => {
    const event = userEvent('src_default', id, 1, { at: Date.parse(time) })
    return api.addEvent('src_default', event, `${Date.parse(time)}-0`)
  }
  await at('2026-07-01T10:00:00Z', 'summer')
  await at('2026-11-23T10:00:00Z', 'winter')
  const listed = async (TZ: string, ...args: string[]) => {
    const { stdout, stderr } = await ringpost(api.url, ['events', 'list', ...args], { env: { TZ } })
    expect(stderr).toBe('')
    return stdout.split('\n').map((line) => line.split(/ {2,}/)[0])
  }
  expect((await listed('UTC', '--limit', '1')).slice(0, 2)).toEqual(['TIME', '2026-11-23 10:00:00'])
  const one = await listed('Europe/Berlin', '--limit', '1')
  expect(one.slice(0, 2)).toEqual(['TIME (+01:00)', '2026-11-23 11:00:00'])
  const west = await listed('America/St_Johns', '--limit', '1')
  expect(west.slice(0, 2)).toEqual(['TIME (-03:30)', '2026-11-23 06:30:00'])
  // Summer time in between: each has its own.
  expect((await listed('Europe/Berlin')).slice(0, 3)).toEqual([
    'TIME',
    '2026-11-23 11:00:00 +01:00',
    '2026-07-01 12:00:00 +02:00',
  ])
  expect((await listed('Europe/London')).slice(0, 3)).toEqual([
    'TIME',
    '2026-11-23 10:00:00 +00:00',
    '2026-07-01 11:00:00 +01:00',
  ])
  for (const time of ['2026-07-01 12:00:00', '2026-07-01T12:00', '2026-07-01 12:00:00 +02:00']) {
    expect((await listed('Europe/Berlin', '--since', time, '--until', time))[1], time).toBe(
      '2026-07-01 12:00:00',
    )
  }
})

test('an id from outside cannot steer the terminal, and stays whole for programs', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const id = '\u001b[2J\u202egnp\nroot\u200b\u{e0041}\u009b'
  await api.addEvent('src_default', userEvent('src_default', id))
  const people = await ringpost(api.url, ['events', 'list'])
  const unseen = ['\u001b', '\u202e', '\u200b', '\u{e0041}', '\u009b']
  for (const unit of unseen) expect(people.stdout).not.toContain(unit)
  expect(people.stdout).toContain('\\u001b[2J\\u202egnp\\nroot\\u200b\\u{e0041}\\u009b')
  const programs = await ringpost(api.url, ['events', 'list', '--json'])
  expect(JSON.parse(programs.stdout).data[0].data.user.user_id).toBe(id)
  const shown = await ringpost(api.url, ['events', 'show', JSON.parse(programs.stdout).data[0].id])
  expect(JSON.parse(shown.stdout).data.user.user_id).toBe(id)
  for (const unit of unseen) expect(programs.stdout + shown.stdout).not.toContain(unit)
})

test('what the API refuses is a sentence and exit code 1', async () => {
  const api = await startTestApi()
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
  expect(stderr).toMatch(/does not answer at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\).*npm start/)
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

test('a delivery behind an open breaker is next at its endpoint’s next try, and says what it waits for', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const { id: endpointId } = await api.addEndpoint()
  const accept = async (userId: string) => {
    const event = userEvent('src_default', userId)
    const [id = ''] = await api.log.accept(endpointId, [deliveryOf(event, 'src_default')])
    return id
  }
  const error = { code: 'connect_failed', message: 'hooks.example.com refused the connection.' }
  const attempt = {
    number: 1,
    at: new Date(NOON).toISOString(),
    duration_ms: 2,
    url: 'https://hooks.example.com/',
    request: { headers: {}, body: '{}' },
    response: null,
    error,
  }
  for (let i = 0; i < BREAKER.failures; i++) {
    const claim = await api.claim(endpointId, await accept(`tried ${i}`))
    if (claim === null) throw new Error('A new delivery can be claimed.')
    const ending = { status: 'retrying', attempt, error, nextAttemptAt: NOON + 60_000 } as const
    await api.record(endpointId, claim, { ...ending, health: 'unanswered' })
  }
  const id = await accept('waits')
  const { json: endpoint } = await api.get(`/v1/endpoints/${endpointId}`)
  expect(Date.parse(endpoint.health.next_try_at)).toBeGreaterThan(NOON)
  const next = endpoint.health.next_try_at.slice(0, 19).replace('T', ' ')

  const { stdout: list } = await ringpost(api.url, ['deliveries', 'list'])
  const rows = list.split('\n').map((line) => line.split(/ {2,}/))
  expect(rows.find((row) => row.includes(id))?.at(-2)).toBe(next)
  // Those that were attempted wait for their own time, which is later.
  expect(rows.filter((row) => row.at(-2) === '2026-11-23 10:01:00')).toHaveLength(BREAKER.failures)

  const { stdout: shown } = await ringpost(api.url, ['deliveries', 'show', id])
  expect(shown).toContain(`next attempt  ${next}\n`)
  expect(shown).toContain(
    `waits         its endpoint's breaker is open: it has been failing since 2026-11-23 10:00:00, and is tried again at ${next}. ${error.message}\n`,
  )
  const ownTime = rows.find((row) => row.at(-2) === '2026-11-23 10:01:00')
  const tried = await ringpost(api.url, ['deliveries', 'show', ownTime?.at(-1) ?? ''])
  expect(tried.stdout).toContain('next attempt  2026-11-23 10:01:00\n')
  expect(tried.stdout).not.toContain('breaker')
  // Programs get the API's own answer.
  const programs = await ringpost(api.url, ['deliveries', 'show', id, '--json'])
  expect(JSON.parse(programs.stdout)).toEqual((await api.get(`/v1/deliveries/${id}`)).json)

  // An endpoint that is gone is tried no more.
  await api.request('DELETE', `/v1/endpoints/${endpointId}`)
  const gone = await ringpost(api.url, ['deliveries', 'show', id])
  expect([gone.code, gone.stderr]).toEqual([0, ''])
  expect(gone.stdout).not.toContain('breaker')
})

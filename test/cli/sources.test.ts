import { spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { UpstreamError } from '../../src/elevenlabs/upstream-error.ts'
import { startTestApi, type TestApi, TOKEN, userEvent } from '../api/support.ts'
import { until } from '../support/until.ts'
import { ringpost } from './cli.ts'

test('a source is added with a key from the standard input, paused, resumed and deleted', async () => {
  const api = await startTestApi()
  const added = await ringpost(
    api.url,
    [
      'sources',
      'add',
      'support',
      '--key',
      '-',
      '--interval',
      '5m',
      '--agent',
      'agent_1',
      '--enrich',
      '--json',
    ],
    { input: 'sk_from_stdin\n' },
  )
  const { id, poll_interval, agent_id, enrich } = JSON.parse(added.stdout)
  expect([poll_interval, agent_id, enrich]).toEqual(['5m', 'agent_1', true])
  expect(api.sources.toPoll(await api.sources.get(id)).apiKey).toBe('sk_from_stdin')
  expect((await ringpost(api.url, ['sources', 'pause', id])).stdout).toBe(`${id} is paused.\n`)
  expect((await api.get(`/v1/sources/${id}`)).json.paused).toBe(true)
  await ringpost(api.url, ['sources', 'resume', id])
  expect((await api.get(`/v1/sources/${id}`)).json.paused).toBe(false)
  expect((await ringpost(api.url, ['sources', 'show', id])).stdout).toMatch(
    /state +baseline: 0 users recorded/,
  )
  await ringpost(api.url, ['sources', 'rm', id])
  expect((await api.get(`/v1/sources/${id}`)).status).toBe(404)
})

test('a source is changed in what is given, and in nothing else', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  const before = (await api.get('/v1/sources/src_default')).json
  const change = (...args: string[]) => ringpost(api.url, ['sources', 'change', 'src_default', ...args])
  expect((await change('--enrich', '--milestones', '10,100')).stdout).toBe('src_default is changed.\n')
  await change(
    '--interval',
    '5m',
    '--overlap',
    '10m',
    '--returned-after',
    '7d',
    '--sentiment-threshold',
    '-0.5',
  )
  expect((await api.get('/v1/sources/src_default')).json).toMatchObject({
    name: before.name,
    enrich: true,
    milestones: [10, 100],
    poll_interval: '5m',
    overlap: '10m',
    returned_after: '7d',
    sentiment_threshold: -0.5,
  })
  await change('--no-enrich', '--sentiment-threshold', 'none', '--name', 'support')
  expect((await api.get('/v1/sources/src_default')).json).toMatchObject({
    name: 'support',
    enrich: false,
    milestones: [10, 100],
    sentiment_threshold: null,
  })
  for (const wrong of [
    ['--milestones', '10,many'],
    ['--sentiment-threshold', 'sad'],
    ['--overlap', 'late'],
  ]) {
    expect((await change(...wrong)).code).toBe(2)
  }
})

test('a key that upstream refuses is not saved, unless it is asked for', async () => {
  const api = await startTestApi()
  api.state.upstreamError = new UpstreamError('key', 'The API key was refused (401).')
  const refused = await ringpost(api.url, ['sources', 'add', 'x', '--key', 'sk_wrong'])
  expect([refused.code, refused.stderr]).toEqual([1, 'Nothing was saved. The API key was refused (401).\n'])
  expect((await ringpost(api.url, ['sources', 'add', 'x', '--key', 'sk_wrong', '--no-verify'])).code).toBe(0)
})

test('a poll tells what it found, and a decision is carried out', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  api.state.report = { ...api.state.report, events: { 'user.created': 2 } }
  const polled = await ringpost(api.url, ['sources', 'poll', 'src_default', '--full', '--dry-run'])
  expect(polled.stdout).toBe(
    'head poll: 100 rows in one request; 2 × user.created. This was a dry run: nothing is changed.\n',
  )
  expect(api.state.polls).toEqual([{ sourceId: 'src_default', full: true, dryRun: true }])
  const nothing = await ringpost(api.url, ['sources', 'accept', 'src_default', '--as', 'events'])
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('waits for a decision')])
  const wrong = await ringpost(api.url, ['sources', 'accept', 'src_default', '--as', 'nothing'])
  expect(wrong.code).toBe(2)
})

test('polls are listed as they were, those of a time and page by page', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  await api.addPolls('src_default', 1)
  await api.addPolls('src_default', 1, { outcome: 'found', changes: 3, events: { 'user.created': 2 } })
  const message = `Upstream is overloaded\u001b[2J, and says so at ${'great '.repeat(20)}length.`
  const error = { code: 'slow_down', message }
  await api.addPolls('src_default', 1, { outcome: 'failed', error, dry_run: false })
  const all = await ringpost(api.url, ['sources', 'polls', 'src_default'])
  const [head, ...rows] = all.stdout.trimEnd().split('\n')
  expect(head).toMatch(/^FROM +TO +POLLS +OUTCOME +REQUESTS +USERS +CHANGED +LONGEST +NEXT +IN WORDS$/)
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    expect.arrayContaining(['2026-11-13 10:06:00', '1 head', 'failed', '2026-11-13 10:06:30']),
    expect.arrayContaining(['found', '3', '2 × user.created']),
    expect.arrayContaining(['2026-11-13 10:02:00', '1 head', 'quiet', '1', '100', '0', '100 ms', '–']),
  ])
  // What is last in a line is not cut.
  expect(rows[0]).toMatch(
    /slow_down: Upstream is overloaded\\u001b\[2J, and says so at (great ){20}length\.$/,
  )
  const then = ['sources', 'polls', 'src_default', '--until', '2026-11-13T10:05Z', '--limit', '1']
  const one = await ringpost(api.url, [...then, '--json'])
  expect(JSON.parse(one.stdout)).toMatchObject({
    data: [{ outcome: 'found' }],
    next_cursor: expect.any(String),
  })
  expect((await ringpost(api.url, then)).stdout).toContain(
    'There are more: --until 2026-11-13T10:05Z --cursor ',
  )
  const none = await ringpost(api.url, ['sources', 'polls', 'src_default', '--since', '1h'])
  expect(none.stdout).toBe('No polls in this time.\n')
  expect((await ringpost(api.url, ['sources', 'polls', 'src_none'])).code).toBe(1)
})

test('users are listed and forgotten, whatever they are called', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  for (const id of ['+15550100', '../\n<b>']) {
    const snapshot = newSnapshot({ count: 2, last_contact: 1_685_404_800, first_contact: 1, epoch: 0 })
    await api.redis.hset(api.keys.source('src_default').users(id), id, packSnapshot(snapshot))
  }
  const list = await ringpost(api.url, ['users', 'list', 'src_default'])
  expect(list.stdout).toContain('2023-05-30 00:00:00')
  expect(list.stdout).toContain('../\\n<b>')
  const one = await ringpost(api.url, ['users', 'list', 'src_default', '--user', '../\n<b>', '--json'])
  expect(JSON.parse(one.stdout).data).toHaveLength(1)
  expect((await ringpost(api.url, ['users', 'forget', 'src_default', '../\n<b>'])).stdout).toBe(
    'Forgotten.\n',
  )
  const again = await ringpost(api.url, ['users', 'forget', 'src_default', '../\n<b>', '--erase'])
  expect(again.stdout).toMatch(/was not known; erased 0 events/)
})

/** `events tail` as a process, and what it has printed. */
function tail(api: TestApi, ...args: string[]) {
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, 'events', 'tail', ...args], {
    env: { PATH: process.env.PATH, TZ: 'UTC', RINGPOST_URL: api.url, RINGPOST_API_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  return () => output
}

test('events are followed as they happen', async () => {
  const api = await startTestApi()
  const output = tail(api)
  const json = tail(api, '--json', '--events')
  const event = userEvent('src_default', '+15550100')
  await api.addSource('src_default')
  const place = await api.addEvent('src_default', event)
  // Until both are there to hear it.
  await until(async () => {
    await api.noteActivity([{ kind: 'event', sourceId: 'src_default', place }])
    return output().includes('\n') && json().includes('\n')
  })
  expect(output().split('\n')[0]).toMatch(/^2026-11-23 10:00:00 {2}user\.created +\+15550100 \(0 → 1\)$/)
  expect(JSON.parse(json().split('\n')[0] ?? '')).toEqual({ kind: 'event', data: event })
})

test('the secret of a nudge is entered from the standard input, made, looked at and taken away', async () => {
  const api = await startTestApi()
  const { id } = await api.addSource('src_default')
  const nudge = (args: string[], input?: string) =>
    ringpost(api.url, ['sources', 'nudge', id, ...args], input === undefined ? {} : { input })
  expect((await nudge([])).stdout).toContain(`takes no nudges`)
  const url = `${api.url}/v1/sources/src_default/nudge`
  expect((await nudge(['--secret', '-'], 'wsec_from_stdin_0815\n')).stdout).toMatch(
    new RegExp(`webhook URL +${url}\nreceived +0\n`),
  )
  expect(api.sources.nudgeSecret(await api.sources.get(id))).toBe('wsec_from_stdin_0815')
  const made = JSON.parse((await nudge(['--make', '--json'])).stdout)
  expect(api.sources.nudgeSecret(await api.sources.get(id))).toBe(made.secret)
  expect((await nudge(['--make', '--off'])).code).toBe(2)
  await nudge(['--off'])
  expect(api.sources.nudgeSecret(await api.sources.get(id))).toBeNull()
})

test('everything that can be set of a source is shown, and one request is one', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  const set = '--overlap 10m --milestones 10,100 --returned-after 7d --sentiment-threshold 0.5 --enrich'
  await ringpost(api.url, ['sources', 'change', 'src_a', ...set.split(' ')])
  const { stdout } = await ringpost(api.url, ['sources', 'show', 'src_a'])
  for (const line of [
    /^overlap +10m$/m,
    /^milestones +10, 100$/m,
    /^returned after +7d$/m,
    /^sentiment below +0.5$/m,
    /^enriched +yes$/m,
    /^seen up to /m,
  ]) {
    expect(stdout).toMatch(line)
  }
  const short = await ringpost(api.url, ['sources', 'change', 'src_a', '--overlap', '5s'])
  expect([short.code, short.stderr]).toEqual([
    1,
    '--overlap must be at least as long as --interval: that is 30s, and this 5s.\n',
  ])
})

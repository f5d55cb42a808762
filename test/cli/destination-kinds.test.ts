import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi } from '../api/support.ts'
import { ringpost } from './cli.ts'
import { failingEndpoint } from './failing-endpoint.ts'

const SLACK = 'https://hooks.slack.com/services/T0/B0/sekret'
const TOKEN = '123456789:AAFfsekretsekretsekret'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringpost-kinds-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

test('a Slack endpoint is added, shows no secret, and is changed', async () => {
  const api = await startTestApi()
  const added = await ringpost(api.url, [
    'endpoints',
    'add',
    '--kind',
    'slack',
    SLACK,
    '--types',
    'user.created',
  ])
  expect([added.code, added.stderr]).toEqual([0, ''])
  expect(added.stdout).toMatch(/^endpoint {2}ep_\w+\nurl {7}https:\/\/hooks\.slack\.com\/services\/••••\n$/)
  const id = /ep_\w+/.exec(added.stdout)?.[0] ?? ''
  const changed = await ringpost(api.url, [
    'endpoints',
    'change',
    id,
    '--set',
    'time_zone=Europe/Berlin',
    '--rate-limit',
    '0.5',
  ])
  expect(changed).toEqual({ code: 0, stdout: `${id} is changed.\n`, stderr: '' })
  const endpoint = await api.endpoints.get(id)
  expect(endpoint).toMatchObject({ kind: 'slack', rate_limit: 0.5, settings: { time_zone: 'Europe/Berlin' } })
  expect(api.endpoints.target(endpoint).url).toBe(SLACK)
  expect((await ringpost(api.url, ['endpoints', 'change', id, '--unset', 'time_zone'])).code).toBe(0)
  expect((await api.endpoints.get(id)).settings).toEqual({})
  const wrong = await ringpost(api.url, ['endpoints', 'change', id, '--set', 'time_zone=Mars'])
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('--set time_zone must be')])
})

test('warnings are printed', async () => {
  const api = await startTestApi()
  const url = 'https://n8n.example.com/webhook-test/abc'
  const { stdout } = await ringpost(api.url, ['endpoints', 'add', '--kind', 'n8n', url])
  expect(stdout).toContain('\n! This is a test URL of n8n')
})

test('a template is read from a file, previewed, set and taken away', async () => {
  const api = await startTestApi()
  const path = await file('contact.json', '{"phone": "{{data.user.user_id | e164}}"}')
  const preview = await ringpost(api.url, [
    'endpoints',
    'preview',
    'webhook',
    '--template',
    path,
    '--override',
    'data.user.user_id=+13035550178',
  ])
  expect(preview).toEqual({ code: 0, stdout: '{\n  "phone": "+13035550178"\n}\n', stderr: '' })
  const { id } = await api.addEndpoint()
  await ringpost(api.url, ['endpoints', 'change', id, '--template', path])
  expect((await api.endpoints.get(id)).template).toEqual({ phone: '{{data.user.user_id | e164}}' })
  await ringpost(api.url, ['endpoints', 'change', id, '--no-template', '--format', 'cloudevents'])
  expect(await api.endpoints.get(id)).toMatchObject({ template: null, format: 'cloudevents' })
  const broken = await ringpost(api.url, ['endpoints', 'change', id, '--template', await file('x.json', '{')])
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('is not JSON')])
})

test('kinds are listed, and one tells what it needs', async () => {
  const api = await startTestApi()
  const all = await ringpost(api.url, ['endpoints', 'kinds'])
  expect(all.stdout).toMatch(/^KIND +TITLE +WHAT\n/)
  const one = await ringpost(api.url, ['endpoints', 'kinds', 'telegram'])
  expect(one.stdout).toContain('--set bot_token=… (required, secret)')
  expect((await ringpost(api.url, ['endpoints', 'kinds', 'fax'])).code).toBe(2)
})

test('a configuration file names kinds, and its export goes back without a change', async () => {
  const api = await startTestApi()
  const text = `endpoints:
  ep_slack:
    kind: slack
    url: \${SLACK_URL}
    event_types: [user.created]
    rate_limit: null
  ep_telegram:
    kind: telegram
    settings:
      bot_token: \${BOT_TOKEN}
      chat_id: "-100123"
  ep_events:
    url: https://events.example.com/
    format: cloudevents
    template: { who: "{{data.user.user_id}}" }
`
  const env = { SLACK_URL: SLACK, BOT_TOKEN: TOKEN }
  const apply = (path: string, extra = env) => ringpost(api.url, ['config', 'apply', path], { env: extra })
  const path = await file('kinds.yaml', text)
  expect((await apply(path)).stdout).toMatch(
    /created {2}ep_slack.*\ncreated {2}ep_telegram.*\ncreated {2}ep_events/,
  )
  expect(api.endpoints.target(await api.endpoints.get('ep_telegram')).url).toContain(TOKEN)
  const again = await apply(path)
  expect([again.stdout, again.stderr]).toEqual([expect.stringContaining('Nothing to change: 3'), ''])
  const moved = await apply(path, { ...env, SLACK_URL: `${SLACK}2` })
  expect(moved.stdout).toMatch(/updated {2}ep_slack +\(url\)/)
  expect(moved.stdout).not.toContain('sekret')
  await apply(path)

  const exported = await ringpost(api.url, ['config', 'export'])
  expect(exported.stdout).not.toContain('sekret')
  expect(exported.stdout).toContain('# url: ${EP_SLACK_URL}')
  expect(exported.stdout).toContain('# bot_token: ${EP_TELEGRAM_BOT_TOKEN}')
  const asItIs = await file('exported.yaml', exported.stdout)
  expect((await apply(asItIs)).stdout).toContain('Nothing to change: 3')
  // And with its comments taken away, at another ringpost.
  const other = await startTestApi()
  const whole = await file('whole.yaml', exported.stdout.replace(/^( +)# ((?:url|bot_token): .*)$/gm, '$1$2'))
  const there = await ringpost(other.url, ['config', 'apply', whole], {
    env: { EP_SLACK_URL: SLACK, EP_TELEGRAM_BOT_TOKEN: TOKEN },
  })
  expect([there.code, there.stderr]).toEqual([0, ''])
  expect(other.endpoints.target(await other.endpoints.get('ep_telegram')).url).toContain(TOKEN)

  const wrong = await file(
    'wrong.yaml',
    'endpoints:\n  ep_slack:\n    kind: teams\n  ep_new:\n    kind: slack\n',
  )
  expect((await apply(wrong)).stderr).toMatch(
    /ep_slack\.kind is slack and never changes[\s\S]*ep_new\.url is required/,
  )
})

test('filter and headers are set, shown and taken away again', async () => {
  const api = await startTestApi()
  const run = (...args: string[]) => ringpost(api.url, ['endpoints', ...args])
  const filter = '{"data.user.conversation_count":{"gte":10}}'
  const url = 'https://example.com/hook'
  const added = await run('add', url, '--filter', filter, '--header', 'x-key=s3kr3t=1', '--header', 'x-b=2')
  const id = /ep_\w+/.exec(added.stdout)?.[0] ?? ''
  const stored = await api.endpoints.get(id)
  expect(stored.filter).toEqual(JSON.parse(filter))
  expect(api.endpoints.target(stored).headers).toEqual({ 'x-key': 's3kr3t=1', 'x-b': '2' })
  const shown = await run('show', id)
  expect([shown.code, shown.stderr]).toEqual([0, ''])
  for (const text of [`${id} (webhook)`, url, 'healthy', filter, 'x-key = ••••', 'no limit', 'hmac-sha256']) {
    expect(shown.stdout).toContain(text)
  }
  expect(shown.stdout).not.toContain('s3kr3t')
  expect(JSON.parse((await run('show', id, '--json')).stdout)).toMatchObject({ id, kind: 'webhook' })
  expect((await run('change', id, '--no-filter', '--unset-header', 'x-b')).code).toBe(0)
  const after = await api.endpoints.get(id)
  expect([after.filter, Object.keys(after.headers)]).toEqual([null, ['x-key']])
  const wrong = await run('change', id, '--filter', '{x')
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('--filter is not JSON: '),
  })
  expect(await run('change', id, '--set', 'zone')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It must be name=value.'),
  })
})

test('what a failing endpoint fails with is shown, and that nothing goes there but single tries', async () => {
  const api = await startTestApi()
  const { id } = await failingEndpoint(api, { newer: 25 })
  const show = async () => (await ringpost(api.url, ['endpoints', 'show', id])).stdout
  expect(await show()).toMatch(/^health +failing$/m)
  expect(await show()).toMatch(/^last error +hooks\.example\.com refused the connection\.$/m)
  await api.redis.hset(api.keys.endpoint(id).health, { open_until: api.clock.now + 30_000 })
  expect(await show()).toMatch(/^health +failing, breaker open$/m)
})

test('why an endpoint was disabled, and what its kind has been told, is shown; what is secret is not', async () => {
  const api = await startTestApi()
  const { id } = await api.endpoints
    .create({
      kind: 'telegram',
      settings: { bot_token: TOKEN, chat_id: '-1001' },
      description: 'of the team',
      event_types: null,
      source_ids: null,
      headers: {},
      enabled: true,
    })
    .then(({ endpoint }) => endpoint)
  await api.endpoints.disable(await api.endpoints.get(id), 'There is no bot with this token.')
  const { stdout } = await ringpost(api.url, ['endpoints', 'show', id])
  for (const text of ['of the team', 'disabled', 'There is no bot with this token.', 'chat_id = -1001']) {
    expect(stdout).toContain(text)
  }
  expect(stdout).toContain('bot_token = ••••')
  expect(stdout).not.toContain('sekret')
})

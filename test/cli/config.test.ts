import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfigFile } from '../../src/config-file/read.ts'
import { createSecret } from '../../src/deliver/sign.ts'
import { API_KEY, startTestApi, type TestApi } from '../api/support.ts'
import { ringpost } from './cli.ts'

const NOWHERE = 'http://127.0.0.1:1'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringpost-config-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(text: string): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.yaml`)
  await writeFile(path, text)
  return path
}

const SETUP = `sources:
  src_support:
    api_key: \${SUPPORT_KEY}
    poll_interval: 5m
endpoints:
  ep_crm:
    url: https://crm.example.com/hooks
    source_ids: [src_support]
    secret: \${CRM_SECRET}
    headers:
      x-token: \${CRM_TOKEN}
`
const env = { SUPPORT_KEY: 'sk_support_0a1b', CRM_SECRET: createSecret(), CRM_TOKEN: 'token-of-crm' }

async function stored(api: TestApi) {
  return [await api.redis.hgetall(api.keys.sources), await api.redis.hgetall(api.keys.endpoints)]
}

test('a file is applied with the secrets of the environment, and again without any change', async () => {
  const api = await startTestApi()
  const path = await file(SETUP)
  const apply = (...args: string[]) => ringpost(api.url, ['config', 'apply', path, ...args], { env })
  expect(await apply('--dry-run')).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'would be created  src_support  (api_key, poll_interval)\nwould be created  ep_crm  (url, source_ids, headers, secret)\n',
  })
  expect(await stored(api)).toEqual([{}, {}])
  expect((await apply()).stdout).toMatch(/^created {2}src_support .*\ncreated {2}ep_crm /)
  expect(api.sources.toPoll(await api.sources.get('src_support')).apiKey).toBe(env.SUPPORT_KEY)
  expect(api.endpoints.target(await api.endpoints.get('ep_crm'))).toMatchObject({
    headers: { 'x-token': env.CRM_TOKEN },
    secrets: [env.CRM_SECRET],
  })
  const before = await stored(api)
  expect(await apply()).toEqual({ code: 0, stderr: '', stdout: `Nothing to change: 2 as ${path} says.\n` })
  expect(await stored(api)).toEqual(before)
  await api.patch('/v1/sources/src_support', { poll_interval: '1h' })
  const json = JSON.parse((await apply('--json')).stdout)
  expect(json.changes).toEqual([
    { kind: 'source', id: 'src_support', action: 'update', fields: ['poll_interval'] },
    { kind: 'endpoint', id: 'ep_crm', action: 'none', fields: [] },
  ])
})

test('an export has no secret, says where they belong, and changes nothing where it came from', async () => {
  const api = await startTestApi()
  await api.addSource('src_default')
  await ringpost(api.url, ['config', 'apply', await file(SETUP)], { env })
  await api.patch('/v1/endpoints/ep_crm', { description: 'it costs ${SUPPORT_KEY}\n"#: really' })
  const { code, stdout } = await ringpost(api.url, ['config', 'export'])
  expect(code).toBe(0)
  for (const secret of [API_KEY, ...Object.values(env)]) expect(stdout).not.toContain(secret)
  expect(stdout).toContain('    # api_key: ${SRC_SUPPORT_API_KEY}\n')
  expect(stdout).toContain(
    '    # headers:\n    #   x-token: ${EP_CRM_X_TOKEN}\n    # secret: ${EP_CRM_SECRET}\n',
  )
  const before = await stored(api)
  const again = await ringpost(api.url, ['config', 'apply', '-'], { input: stdout })
  expect([again.code, again.stdout]).toEqual([0, 'Nothing to change: 3 as the standard input says.\n'])
  expect(await stored(api)).toEqual(before)

  // With the # taken away it sets up another ringpost.
  const other = await startTestApi()
  await other.addSource('src_default')
  const values = {
    SRC_SUPPORT_API_KEY: env.SUPPORT_KEY,
    EP_CRM_X_TOKEN: env.CRM_TOKEN,
    EP_CRM_SECRET: env.CRM_SECRET,
  }
  const moved = await ringpost(other.url, ['config', 'apply', '-'], {
    env: values,
    input: stdout.replace(/^ {4}# /gm, '    '),
  })
  expect([moved.stderr, moved.code]).toEqual(['', 0])
  expect((await other.get('/v1/config')).json).toEqual((await api.get('/v1/config')).json)
  expect(other.endpoints.target(await other.endpoints.get('ep_crm')).secrets).toEqual([env.CRM_SECRET])
})

test('an export escapes what would steer a terminal, wherever it stands, and is read back as the same', async () => {
  const api = await startTestApi()
  await ringpost(api.url, ['config', 'apply', await file(SETUP)], { env })
  const texts = [
    'x\u009b31mRED\u202e',
    'a\u061c\u200b\u2060\ufeff: #b',
    'with "quotes"\\\u2066\nand\u{e0041} lines\n',
  ]
  for (const description of texts) {
    const patched = await api.patch('/v1/endpoints/ep_crm', {
      description: description.repeat(9),
      template: { [`k${description}`]: `v${description} {{data.user.user_id}}` },
    })
    expect(patched.json).toMatchObject({ id: 'ep_crm' })
    for (const args of [[], ['--json']]) {
      const { stdout } = await ringpost(api.url, ['config', 'export', ...args])
      expect(stdout).toContain('\\u')
      expect(stdout).not.toMatch(/[^\n\P{Cc}]|[\u061c\u200b-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u)
      if (args.length > 0) continue
      const again = await ringpost(api.url, ['config', 'apply', '-'], { input: stdout })
      expect([again.code, again.stdout]).toEqual([0, 'Nothing to change: 2 as the standard input says.\n'])
    }
  }
})

test('an export has the signing secrets where they are asked for, and nothing more', async () => {
  const api = await startTestApi()
  await ringpost(api.url, ['config', 'apply', await file(SETUP)], { env })
  const { stdout } = await ringpost(api.url, ['config', 'export', '--secrets'])
  expect(readConfigFile(stdout, {}).content?.endpoints.ep_crm?.secret).toBe(env.CRM_SECRET)
  for (const secret of [env.SUPPORT_KEY, env.CRM_TOKEN]) expect(stdout).not.toContain(secret)
  const nothing = await ringpost((await startTestApi()).url, ['config', 'export'])
  expect(readConfigFile(nothing.stdout, {}).content).toEqual({ sources: {}, endpoints: {} })
})

test('a wrong file is told with all its places, before and at the server, and without secrets', async () => {
  const api = await startTestApi()
  const path = await file(
    `${SETUP}  ep_two:\n    url: http://10.0.0.1/\n    source_ids: [src_none]\n    event_type: []\n`,
  )
  const unset = await ringpost(api.url, ['config', 'apply', path], { env: { ...env, SUPPORT_KEY: '' } })
  expect(unset).toEqual({
    code: 1,
    stdout: '',
    stderr: `${path} has 4 problems:
  line 3, column 14: sources.src_support.api_key takes SUPPORT_KEY from the environment, where it is not set
  line 13, column 5: endpoints.ep_two.url is refused: 10.0.0.1 is not public: 10.0.0.0/8, private use (RFC 1918). To allow it, add it to the allowed networks and start ringpost again: RINGPOST_ALLOW_NETWORKS=10.0.0.0/8
  line 14, column 18: endpoints.ep_two.source_ids.0 is not a source: there is no src_none
  line 15, column 5: endpoints.ep_two.event_type is not a known field
`,
  })
  const refused = await file(
    SETUP.replace('src_support]', 'src_none, ${CRM_TOKEN}]')
      .replace('[src', '["src')
      .replace('none, ${CRM_TOKEN}', 'none", "${CRM_TOKEN}"'),
  )
  const { code, stderr } = await ringpost(api.url, ['config', 'apply', refused], { env })
  expect([code, stderr]).toEqual([
    1,
    `${refused} has 2 problems:
  line 8, column 18: endpoints.ep_crm.source_ids.0 is not a source: there is no src_none
  line 8, column 30: endpoints.ep_crm.source_ids.1 is not a source: there is no \${CRM_TOKEN}
`,
  ])
  expect(await stored(api)).toEqual([{}, {}])
})

test('check needs no server, and no secrets where it is told so', async () => {
  const path = await file(SETUP)
  const check = (args: string[], more: Record<string, string> = {}) =>
    ringpost(NOWHERE, ['config', 'check', ...args], { env: more })
  expect(await check([path], env)).toEqual({
    code: 0,
    stderr: '',
    stdout: `${path} is good: sources src_support; endpoints ep_crm.\n`,
  })
  const unset = await check([path])
  expect([unset.code, unset.stderr.match(/is not set/g)]).toEqual([1, Array(3).fill('is not set')])
  expect((await check([path, '--no-env'])).code).toBe(0)
  expect((await check([], { ...env, RINGPOST_CONFIG: path })).code).toBe(0)
  expect((await check([])).code).toBe(2)
  const json = await check([await file('sources: 5\n'), '--json'])
  expect([json.code, JSON.parse(json.stdout)]).toEqual([
    1,
    { ok: false, problems: [{ path: 'sources', message: 'must be an object', line: 1, column: 1 }] },
  ])
  const missing = await check([join(folder, 'none.yaml')])
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/there is no such file/)])
})

test('check refuses what can never be right, and says what only a server knows', async () => {
  const check = async (text: string, args: string[] = [], more: Record<string, string> = {}) =>
    ringpost(NOWHERE, ['config', 'check', await file(text), ...args], { env: more })
  const wrong = `sources:
  src_a: { poll_interval: 5m, overlap: 1m, pol: 1 }
endpoints:
  ep_a: { url: "https://10.0.0.1/" }
`
  const refused = await check(wrong)
  expect(refused.code).toBe(1)
  expect(refused.stderr.split('\n').slice(1, -1)).toEqual([
    expect.stringMatching(/line 2, .*src_a\.overlap must be at least as long as poll_interval: that is 5m/),
    expect.stringMatching(/line 2, .*src_a\.pol is not a known field/),
    expect.stringMatching(/line 4, .*ep_a\.url is refused: 10\.0\.0\.1 is not public/),
  ])
  const allowed = await check(wrong, [], { RINGPOST_ALLOW_NETWORKS: '10.0.0.0/8' })
  expect(allowed.stderr).not.toContain('10.0.0.1')

  const open = 'sources:\n  src_new: {}\nendpoints:\n  ep_c: { source_ids: [src_suport] }\n'
  const good = await check(open)
  expect([good.code, good.stderr]).toEqual([0, ''])
  const lines = good.stdout.split('\n')
  expect(lines[0]).toMatch(/ is good: sources src_new; endpoints ep_c\.$/)
  expect(lines[1]).toMatch(/^A server would also look at what it has/)
  expect(lines.slice(2, -1)).toEqual([
    expect.stringMatching(/line 2, .*src_new\.api_key is required/),
    expect.stringMatching(/line 4, .*ep_c\.url is required/),
    expect.stringMatching(/line 4, .*source_ids\.0 is not a source: there is no src_suport/),
  ])
  const { if_new } = JSON.parse((await check(open, ['--json'])).stdout)
  expect(if_new.map(({ path }: { path: string }) => path)).toContain('sources.src_new.api_key')
})

test('the documented list of problems is what apply prints', async () => {
  const api = await startTestApi()
  const page = await readFile(new URL('../../docs/config-file.md', import.meta.url), 'utf8')
  const [, problems = ''] = /ringpost\.yaml has 3 problems:\n([\s\S]*?)```/.exec(page) ?? []
  const wrong = `sources:
  src_support:
    name: Support
    api_key: \${SUPPORT_API_KEY}
  src_sales:
    api_key: sk_sales
    base_url: https://api.elevenlabs.io

    pol_interval: 1m
endpoints:
  ep_crm:
    url: https://crm.example.com/hooks/callers
    description: New callers
    event_types: [user.created]

    source_ids: [src_suport]
`
  const { code, stderr } = await ringpost(api.url, ['config', 'apply', await file(wrong)])
  expect([code, stderr.slice(stderr.indexOf('\n') + 1)]).toEqual([1, problems])
})

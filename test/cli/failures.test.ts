import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecret } from '../../src/deliver/sign.ts'
import { deliveryOf, startTestApi, userEvent } from '../api/support.ts'
import { ringpost } from './cli.ts'

/** Nothing listens there: what is answered with 2 was known without asking. */
const NOWHERE = 'http://127.0.0.1:1'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringpost-failures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each([
  ['endpoints add', '<url> is required'],
  ['endpoints add https://example.com/ --types foo', '--types foo must be an event type'],
  ['endpoints add https://example.com/ --filter {bad', /--filter is not JSON: .*position 1/],
  ['endpoints add https://example.com/ --template /nope.json', /\/nope\.json cannot be read: there is no/],
  ['endpoints add https://example.com/ --set nope=1', '--set nope '],
  ['events list --limit 0', '--limit must be'],
  ['events list --limit 999', '--limit must be'],
  ['events list --type foo', '--type must be an event type'],
  ['deliveries list --status foo', '--status must be one of pending'],
  ['endpoints test ep_a --type foo', '--type must be an event type'],
  ['endpoints rotate-secret ep_a --overlap xyz', '--overlap must be a whole number and a unit'],
  ['sources change src_a --interval 10ms', '--interval must be'],
  ['tokens add bob --scopes foo', '--scopes foo must be'],
  ['tokens add bob --expires 1999-01-01', '--expires'],
  ['verify - --secret foo', '--secret must begin with whsec_, or with whpk_'],
  [`verify /nope --secret ${createSecret()}`, '/nope cannot be read: there is no such file'],
  ['config check /nope.yaml', '/nope.yaml cannot be read: there is no such file'],
  ['trigger user.created --override data.nope.x=1', '--override data.nope.x leads nowhere'],
  ['endpoints change ep_a', 'Nothing is given'],
  ['sources change src_a', 'Nothing is given'],
  ['tokens add bob --expires tomorrow', '--expires'],
  ['evnts', 'unknown command'],
  ['events show', 'missing required argument'],
])('%s is wrong usage, and says so without a server', async (words, said) => {
  const { code, stdout, stderr } = await ringpost(NOWHERE, words.split(' '))
  expect([stdout, code]).toEqual(['', 2])
  expect(stderr).toMatch(/^error: /)
  expect(stderr).toMatch(said)
  expect(stderr).toContain('--help')
  const programs = await ringpost(NOWHERE, [...words.split(' '), '--json'])
  expect([programs.stdout, programs.code]).toEqual(['', 2])
  expect(JSON.parse(programs.stderr)).toMatchObject({ status: 400, code: 'bad_request' })
})

test('what the server refuses is exit code 1, and with --json the problem as it answered it', async () => {
  const api = await startTestApi()
  const unknown = ['sources', 'show', 'nope']
  const people = await ringpost(api.url, unknown)
  expect([people.code, people.stderr]).toEqual([
    1,
    'There is no source nope. GET /v1/sources lists them.\n  → ringpost sources list\n',
  ])
  const programs = await ringpost(api.url, [...unknown, '--json'])
  expect([programs.code, programs.stdout]).toEqual([1, ''])
  expect(JSON.parse(programs.stderr)).toEqual((await api.get('/v1/sources/nope')).json)

  const bad = join(folder, 'bad.yaml')
  await writeFile(bad, 'endpoints:\n  ep_a: { colour: red }\n')
  const apply = await ringpost(api.url, ['config', 'apply', bad, '--json'])
  expect([apply.code, JSON.parse(apply.stderr)]).toEqual([
    1,
    expect.objectContaining({
      code: 'config_invalid',
      errors: expect.arrayContaining([{ path: 'endpoints.ep_a.colour', message: 'is not a known field' }]),
    }),
  ])
  await api.app.close()
  const nobody = await ringpost(api.url, ['sources', 'list', '--json'])
  expect([nobody.code, JSON.parse(nobody.stderr)]).toEqual([
    1,
    expect.objectContaining({ code: 'not_ready', detail: expect.stringContaining('ECONNREFUSED') }),
  ])
})

test('of several things that are wrong each is told once, by the name that it has on the command line', async () => {
  const { code, stderr } = await ringpost(
    NOWHERE,
    'endpoints add --types foo --kind slack --set a=b'.split(' '),
  )
  expect(code).toBe(2)
  expect(stderr).not.toContain('see errors')
  expect(stderr.split('\n').slice(1, 3)).toEqual([
    expect.stringMatching(/^ {2}--types foo must be/),
    expect.stringMatching(/^ {2}/),
  ])
})

test('what the API advises as an HTTP call is followed by the command that makes it', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  await api.patch(`/v1/endpoints/${id}`, { enabled: false })
  const recover = await ringpost(api.url, ['endpoints', 'recover', id, '--since', '2d'])
  expect(recover.stderr).toContain(`\n  → ringpost endpoints enable ${id}\n`)
  const backfill = await ringpost(api.url, ['endpoints', 'backfill', id, '--status'])
  expect(backfill.stderr).toContain(`\n  → ringpost endpoints backfill ${id}\n`)
})

test('a list of what there is not says so, and the log of what was deleted is still a list', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  const { id } = await api.addEndpoint()
  const event = userEvent('src_a', 'a')
  await api.addEvent('src_a', event)
  await api.log.accept(id, [deliveryOf(event, 'src_a')])
  const list = (...args: string[]) => ringpost(api.url, args)
  for (const [args, said] of [
    [['deliveries', 'list', '--endpoint', 'ep_x'], 'There is no endpoint ep_x.'],
    [['deliveries', 'list', '--event', 'evt_x', '--json'], 'There is no event evt_x'],
    [['events', 'list', '--source', 'src_nope'], 'There is no source src_nope.'],
  ] as const) {
    const { code, stdout, stderr } = await list(...args)
    expect([code, stdout, stderr], args.join(' ')).toEqual([1, '', expect.stringContaining(said)])
  }
  const failed = ['deliveries', 'list', '--endpoint', id, '--status', 'failed']
  expect((await list(...failed)).stdout).toBe('No deliveries.\n')
  await api.request('DELETE', `/v1/endpoints/${id}`)
  expect((await list(...failed)).stdout).toBe('No deliveries.\n')
  expect((await list('deliveries', 'list', '--endpoint', id)).stdout).toContain('pending')
})

test('a misspelt variable is refused by whatever reads the environment', async () => {
  const env = { RINGPOST_API_TOKN: 'x' }
  for (const args of [
    ['sources', 'list'],
    ['config', 'check', '-'],
  ]) {
    const { code, stderr } = await ringpost(NOWHERE, args, { env })
    expect([code, stderr], args.join(' ')).toEqual([
      1,
      expect.stringMatching(
        /RINGPOST_API_TOKN: There is no such variable. Did you mean RINGPOST_API_TOKEN\?/,
      ),
    ])
  }
})

test('a token ends a while from now, or at a time, and one message says why it cannot', async () => {
  const api = await startTestApi()
  const add = (expires: string) => ringpost(api.url, ['tokens', 'add', 'bob', '--expires', expires, '--json'])
  const before = Date.now()
  const { id } = JSON.parse((await add('1h')).stdout)
  const listed = (await api.get('/v1/tokens')).json.data
  const { expires_at } = listed.find((token: { id: string }) => token.id === id)
  expect(Date.parse(expires_at)).toBeGreaterThanOrEqual(before + 3_600_000)
  expect((await add('2999-01-31')).code).toBe(0)
  const { json } = await api.post('/v1/tokens', { name: 'bob', expires_at: '1h' })
  expect(json.errors).toHaveLength(1)
})

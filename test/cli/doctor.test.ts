import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Finding } from '../../src/checks/finding.ts'
import { examineUpstream } from '../../src/cli/doctor/upstream.ts'
import { createAgent } from '../../src/http/agent.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import { startTestApi, TOKEN } from '../api/support.ts'
import { behindProxy, client, startServer } from '../redis/own-server.ts'
import { freePort } from '../support/free-port.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { ringpost } from './cli.ts'
import { failingEndpoint } from './failing-endpoint.ts'
import { startService } from './service.ts'

/** An empty folder to run it in. */
let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'doctor-'))
  return () => rm(cwd, { recursive: true, force: true })
})

interface Report {
  code: number
  ok: boolean
  problems: number
  warnings: number
  checks: Finding[]
  /** What was found by one check. */
  of(check: string): Finding[]
}

async function doctor(env: Record<string, string>, ...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await ringpost('', ['doctor', '--json', ...args], {
    cwd,
    env: { PORT: '0', RINGPOST_API_TOKEN: '', ...env },
  })
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as Omit<Report, 'code' | 'of'>
  for (const { status, message, fix } of report.checks) {
    expect(message).toMatch(/\S/)
    if (status === 'problem' || status === 'warning') expect(fix).toMatch(/\S/)
  }
  return { code, ...report, of: (check) => report.checks.filter((finding) => finding.check === check) }
}

const found = (status: string, message: RegExp, fix: RegExp | null = null) =>
  expect.objectContaining({
    status,
    message: expect.stringMatching(message),
    ...(fix === null ? {} : { fix: expect.stringMatching(fix) }),
  })

async function listenSomewhere(server: ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('where all is well it says so, and how it knows', async () => {
  const service = await startService()
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const { id } = await service.api('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'live')
  const env = { ...service.env, PORT: new URL(service.url).port, RINGPOST_DATA_DIR: service.dataDir }
  const report = await doctor(env)
  expect(report).toMatchObject({ code: 0, ok: true, problems: 0, warnings: 0 })
  expect(report.checks.map(({ check, status }) => `${check}: ${status}`)).toEqual([
    'configuration: ok',
    'data folder: ok',
    'redis: ok',
    'master key: ok',
    'upstream: ok',
    'clock: ok',
    'port: ok',
    'server: ok',
    'token: ok',
    'source src_default: ok',
    `endpoint ${id}: ok`,
  ])
  expect(receiver.webhooks).toEqual([])
  const people = await ringpost('', ['doctor', '--send-tests'], { cwd, env })
  expect([people.code, people.stdout]).toEqual([
    0,
    expect.stringMatching(/✓ redis: [\s\S]*\nNothing is wrong\.\n$/),
  ])
  expect(receiver.webhooks.map(({ event }) => event.type)).toEqual(['ringpost.test'])
})

describe('the configuration', () => {
  test('each thing that is wrong is told once, and the rest is looked at all the same', async () => {
    const port = await listenSomewhere(createServer((_, response) => response.end('{}')))
    const report = await doctor({
      RINGPOST_POL_INTERVAL: '3s',
      RINGPOST_DELIVERY_TIMEOUT: 'soon',
      RINGPOST_RETRY_SCHEDULE: '40d',
      REDIS_URL: 'localhost',
      PORT: String(port),
    })
    expect(report.code).toBe(1)
    expect(report.of('configuration')).toEqual([
      found('problem', /^REDIS_URL: .*Example: /, /^Correct REDIS_URL/),
      found('problem', /^RINGPOST_DELIVERY_TIMEOUT: /),
      found('problem', /^RINGPOST_EVENT_RETENTION: .*44.1 days/, /^Set RINGPOST_EVENT_RETENTION/),
      found('problem', /^RINGPOST_DELIVERY_RETENTION: /),
      found('problem', /^RINGPOST_POL_INTERVAL: .*Did you mean RINGPOST_POLL_INTERVAL/),
    ])
    expect(report.of('redis')).toEqual([found('skipped', /configuration has to be right first/)])
    expect(report.of('port')).toEqual([found('problem', /is not ringpost/)])
  })

  test('a .env that cannot be read is told', async () => {
    await writeFile(join(cwd, '.env'), 'PORT: 80\n')
    expect((await doctor({})).of('configuration')).toEqual([found('problem', /Line 1 of .*\.env/)])
  })

  test('a data folder that cannot be used, and secrets that others can read', async () => {
    await writeFile(join(cwd, 'file'), '')
    const file = await doctor({ RINGPOST_DATA_DIR: 'file', RINGPOST_DEMO: 'false' })
    expect(file.of('data folder')).toEqual([found('problem', /is not a folder/, /RINGPOST_DATA_DIR/)])
    await writeFile(join(cwd, 'api-token'), 'rp_x\n')
    await chmod(join(cwd, 'api-token'), 0o644)
    const open = await doctor({ RINGPOST_DATA_DIR: '.', RINGPOST_DEMO: 'false' })
    expect(open.of('data folder')).toEqual([found('warning', /Other users/, /^chmod 600 /)])
    expect(open.problems).toBe(0)
  })
})

describe('upstream', () => {
  async function withSimulator(env: Record<string, string> = {}) {
    const simulator = await createSimulator()
    onTestFinished(() => simulator.close())
    const all = { ELEVENLABS_API_KEY: 'sim_key', ELEVENLABS_BASE_URL: simulator.url, ...env }
    return { simulator, look: () => doctor(all) }
  }

  test('a wrong key, a key without its scope, an agent that is none, another address', async () => {
    const { simulator, look } = await withSimulator()
    simulator.setApiKey('another')
    expect((await look()).of('upstream')).toEqual([
      found('problem', /refused the API key \(401\).*region/, /convai_read.*ELEVENLABS_API_KEY/),
    ])
    simulator.setApiKey('sim_key', { missingPermissions: true })
    expect((await look()).of('upstream')).toEqual([found('problem', /scope "convai_read"/, /convai_read/)])
    simulator.setApiKey('sim_key')
    simulator.fault({ kind: 'status', status: 404, code: 'agent_not_found' })
    expect((await look()).of('upstream')).toEqual([found('problem', /agent/, /ELEVENLABS_AGENT_ID/)])
    simulator.fault({ kind: 'html' })
    expect((await look()).of('upstream')).toEqual([found('problem', /not JSON/, /ELEVENLABS_BASE_URL/)])
    await simulator.close()
    const gone = await look()
    expect(gone.of('upstream')).toEqual([found('problem', /refused the connection/, /ELEVENLABS_BASE_URL/)])
    expect(gone.of('clock')).toEqual([found('skipped', /no answer/)])
  })

  test.each([
    [-60, 'warning', 'ahead of'],
    [60, 'warning', 'behind'],
    [3600, 'problem', 'behind'],
  ])('a clock that is %i s off', async (offset, status, direction) => {
    const { simulator, look } = await withSimulator()
    const value = new Date(Date.now() + offset * 1000).toUTCString()
    simulator.fault({ kind: 'date_header', value })
    const [finding] = (await look()).of('clock')
    expect(finding).toEqual(found(status, new RegExp(`clock is \\d+ s ${direction} upstream's`), /set-ntp/))
    // The command takes its time to start, and the header stands still meanwhile.
    const secs = Number(/(\d+) s/.exec(finding?.message ?? '')?.[1])
    expect(Math.abs(secs - Math.abs(offset))).toBeLessThan(20)
  })

  test('the clock is compared where the key is refused, too, and not where there is no date', async () => {
    const { simulator, look } = await withSimulator({ ELEVENLABS_API_KEY: 'wrong' })
    expect((await look()).of('clock')).toEqual([found('ok', /agrees/)])
    simulator.fault({ kind: 'date_header', value: null })
    expect((await look()).of('clock')).toEqual([found('skipped', /have no date/)])
  })

  test('a key of another region is told with the region that knows it', async () => {
    const [here, there, nowhere] = await Promise.all([
      createSimulator({ apiKey: 'another' }),
      createSimulator(),
      createSimulator({ apiKey: 'a third' }),
    ])
    const dispatcher = createAgent({})
    onTestFinished(async () => {
      await dispatcher.destroy()
      await Promise.all([here, there, nowhere].map((simulator) => simulator.close()))
    })
    const look = (baseUrl: string, apiKey: string, regions: string[]) =>
      examineUpstream({
        dispatcher,
        upstream: { baseUrl, apiKey, agentId: null, branchId: null },
        now: Date.now,
        regions,
      })
    const regions = [here.url, nowhere.url, there.url]
    expect((await look(here.url, 'sim_key', regions))[0]).toEqual(
      found('problem', /another region/, new RegExp(`^Set ELEVENLABS_BASE_URL=${there.url}$`)),
    )
    expect((await look(here.url, 'nobody', regions))[0]).toEqual(found('problem', /refused the API key/))
    // A key never goes to a host beside the one that is set, unless both are the vendor's.
    const asked = there.requests.total
    await look(here.url, 'sim_key', [there.url])
    expect(there.requests.total).toBe(asked)
  })
})

describe('Redis', () => {
  const look = async (socket: string, env: Record<string, string> = {}) =>
    (await doctor({ REDIS_URL: `unix://${socket}`, ...env })).of('redis')

  test('a good one', async () => {
    expect(await look(await startServer())).toEqual([found('ok', /append-only/)])
  })

  test('each thing that is wrong with one is told', async () => {
    const bad = await startServer('--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no')
    const old = await behindProxy(bad, (reply) => reply.replace(/(redis_version:)\d+\./, '$15.'))
    expect(await look(old)).toEqual([
      found('problem', /is Redis 5\./, /6\.2 or newer/),
      found('problem', /allkeys-lru/, /^Set maxmemory-policy to noeviction\.$/),
      found('warning', /nothing on disk/, /^Set appendonly to yes\.$/),
    ])
    expect(await look(await startServer('--replicaof', '127.0.0.1 1'))).toContainEqual(
      found('problem', /replica/, /primary/),
    )
  })

  test('memory that is nearly full', async () => {
    const socket = await startServer()
    const redis = client(socket)
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    await redis.config('SET', 'maxmemory', String(Math.ceil(used * 1.02)))
    expect(await look(socket)).toEqual([found('warning', /of its maxmemory/, /^Raise maxmemory/)])
  })

  test('a wrong password, no server, one that never answers', async () => {
    const locked = await startServer('--requirepass', 'secret')
    expect(await look(locked)).toEqual([found('problem', /does not let ringpost in/, /password/)])
    // This one lets strangers in, as its default user.
    const open = String(await freePort())
    await startServer('--port', open)
    const stranger = await doctor({ REDIS_URL: `redis://nobody:wrong@127.0.0.1:${open}` })
    expect(stranger.of('redis')).toEqual([found('problem', /WRONGPASS/, /user and password/)])
    expect(await look('/nowhere/s')).toEqual([found('problem', /cannot be reached \(ENOENT\)/, /Start it/)])
    const port = await listenSomewhere(createTcpServer((socket) => socket.on('error', () => {})))
    const url = { REDIS_URL: `redis://user:wrong@127.0.0.1:${port}` }
    const { checks, of } = await doctor(url)
    expect(of('redis')).toEqual([found('problem', /no answer within/)])
    expect(JSON.stringify(checks)).not.toContain('wrong@')
  })

  test('no redis-server where one of its own is to be started', async () => {
    const report = await doctor({ PATH: '/nonexistent' })
    // In a clone, npm start brings it.
    expect(report.of('redis')).toEqual([found('ok', /npm start/)])
    expect((await doctor({})).of('redis')).toEqual([found('ok', /redis-server \d/)])
  })
})

describe('port', () => {
  test('one that another program has, and an address that is none of this machine', async () => {
    const port = String(await listenSomewhere(createServer((_, response) => response.end('{}'))))
    expect((await doctor({ PORT: port })).of('port')).toEqual([
      found('problem', /taken by something/, new RegExp(`${port}.*PORT=0`)),
    ])
    const far = await doctor({ HOST: '192.0.2.1', PORT: '7464', RINGPOST_API_TOKEN: TOKEN })
    expect(far.of('port')).toEqual([found('problem', /EADDRNOTAVAIL/, /Set HOST/)])
  })
})

describe('a server that runs', () => {
  test('another token, another master key, and a RINGPOST_URL that leads elsewhere', async () => {
    const service = await startService()
    const env = { ...service.env, RINGPOST_DATA_DIR: service.dataDir, RINGPOST_URL: service.url }
    const wrong = await doctor({
      ...env,
      RINGPOST_API_TOKEN: 'another-token-5f1d9c3ab27e',
      RINGPOST_MASTER_KEY: randomBytes(32).toString('base64'),
    })
    expect(wrong.of('token')).toEqual([
      found('problem', /does not take this token \(401\)/, /RINGPOST_API_TOKEN/),
    ])
    expect(wrong.of('master key')).toEqual([found('problem', /another master key/, /RINGPOST_MASTER_KEY/)])
    const port = await listenSomewhere(createServer((_, response) => response.end('{}')))
    const elsewhere = await doctor({ ...env, RINGPOST_URL: `http://127.0.0.1:${port}` })
    expect(elsewhere.of('server')).toEqual([found('problem', /not ringpost/, /RINGPOST_URL/)])
    const none = await doctor({ ...env, RINGPOST_URL: 'http://127.0.0.1:1' })
    expect(none.of('server')).toEqual([found('problem', /RINGPOST_URL \(http:\/\/127\.0\.0\.1:1\)/)])
  })

  test('what the server finds of itself is told beside what is seen from here, and once', async () => {
    const file = join(cwd, 'ringpost.yaml')
    await writeFile(file, 'endpoints:\n  ep_a: { url: "http://127.0.0.1:9/" }\n')
    const service = await startService({ RINGPOST_CONFIG: file })
    const env = { ...service.env, RINGPOST_DATA_DIR: service.dataDir, RINGPOST_URL: service.url }
    const ofServer = ({ checks }: Report) => checks.filter(({ check }) => check.startsWith('server: '))
    expect(ofServer(await doctor(env))).toEqual([])
    await writeFile(file, 'endpoints:\n  ep_a: { url: "http://127.0.0.1:10/" }\n')
    await chmod(join(service.dataDir, 'master-key'), 0o644)
    const report = await doctor(env)
    expect(report.of('configuration file')).toEqual([found('ok', /is good/)])
    expect(report.of('data folder')).toEqual([found('warning', /Other users/)])
    expect(ofServer(report)).toEqual([
      expect.objectContaining({
        check: 'server: configuration file',
        status: 'warning',
        message: expect.stringContaining('something else than when ringpost was started'),
      }),
    ])
  })

  test('sources that cannot be polled, and endpoints that cannot be delivered to', async () => {
    const service = await startService({ RINGPOST_RETRY_SCHEDULE: '1ms' })
    await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'live')
    const receiver = await startTestReceiver()
    onTestFinished(() => receiver.close())
    receiver.answer(() => 404)
    const add = async (url: string, more: object = {}): Promise<string> => {
      const endpoint = await service.api('POST', '/v1/endpoints', { url, ...more })
      return `endpoint ${endpoint.id}`
    }
    const none = { event_types: ['endpoint.recovered'] }
    const failing = await add(receiver.url)
    const refused = await add('http://127.0.0.1:1/', none)
    const n8n = await add(receiver.url.replace('/hook', '/webhook-test/5f1d'), none)
    const unknown = await add('https://no-such-host.invalid/', none)
    const off = await add(receiver.url, { enabled: false })
    service.simulator.call({ user_id: '+15550100' })
    await until(async () => {
      const { data } = await service.api('GET', '/v1/endpoints')
      return data.some(({ health }: { health: { state: string } }) => health.state === 'failing')
    })
    service.simulator.setApiKey('revoked')
    await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'failing')

    const env = { ...service.env, RINGPOST_DATA_DIR: service.dataDir, RINGPOST_URL: service.url }
    const report = await doctor(env)
    expect(report.code).toBe(1)
    expect(report.of('source src_default')).toEqual([found('problem', /refused the API key/, /sources poll/)])
    const [{ message: told = '' } = {}] = report.of('source src_default')
    expect(told.split('refused the API key')).toHaveLength(2)
    expect(report.of(failing)).toEqual([
      found('problem', /failing since .*answered 404/, /endpoints recover ep_\w+ --since 20/),
    ])
    expect(report.of(refused)).toEqual([found('problem', /refused the connection/, /^Start what/)])
    expect(report.of(n8n)).toEqual([found('warning', /test URL of n8n/, /production URL/)])
    expect(report.of(unknown)).toEqual([found('problem', /no-such-host\.invalid/, /host in the URL/)])
    expect(report.of(off)).toEqual([found('warning', /disabled/, /endpoints enable/)])

    const strict = await doctor({ ...env, RINGPOST_ALLOW_NETWORKS: '' }, '--send-tests')
    expect(strict.of(refused)).toContainEqual(
      found('problem', /127\.0\.0\.1 is not public/, /RINGPOST_ALLOW_NETWORKS=127\.0\.0\.0\/8/),
    )
    expect(strict.of(n8n)).toContainEqual(found('problem', /A test failed.*404/, /deliveries show dlv_/))
    expect(receiver.webhooks.at(-1)?.event.type).toBe('ringpost.test')
  })
})

test('an endpoint is told with its last error, however much waits behind it, and with what becomes of that', async () => {
  const api = await startTestApi()
  const { id } = await failingEndpoint(api, { newer: 25 })
  const report = await doctor({ RINGPOST_URL: api.url, RINGPOST_API_TOKEN: TOKEN })
  expect(report.of(`endpoint ${id}`)).toContainEqual(
    found(
      'problem',
      /failing since .*hooks\.example\.com refused the connection\./,
      /pending or retrying is then sent by itself.* failed for good .*: ringpost endpoints recover ep_\w+ --since 20/,
    ),
  )
})

test('where Redis is down, the server is asked no more than whether it is ready', async () => {
  const socket = await startServer()
  const service = await startService({ REDIS_URL: `unix://${socket}` })
  const redis = client(socket)
  const closed = once(redis, 'close')
  // It never answers: what it ends is the connection, too.
  redis.shutdown('NOSAVE').catch(() => undefined)
  await closed
  const env = { ...service.env, RINGPOST_DATA_DIR: service.dataDir, RINGPOST_URL: service.url }
  const report = await doctor(env)
  expect(report.of('redis')).toEqual([found('problem', /cannot be reached/)])
  expect(report.of('server')).toEqual([
    found('problem', /redis does not answer/, /See what is said of Redis/),
    found('skipped', /^Its token, sources and endpoints were not looked at, for it is not ready\.$/),
  ])
  expect(service.ringpost.output()).not.toContain('FST_ERR_HANDLER_TIMEOUT')
  // Without Redis it takes its time to stop.
  await service.ringpost.stop('SIGKILL')
})

test('--url looks at a URL before it is an endpoint', async () => {
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const urls = [
    receiver.url,
    'https://10.0.0.1/',
    'https://hooks.slack.com.invalid/services/x?token=secret',
    'http://127.0.0.1:1/webhook-test/x',
  ]
  const report = await doctor({ RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8' }, '--url', ...urls)
  expect(report.of(receiver.url)).toEqual([found('ok', /takes connections/)])
  expect(report.of('https://10.0.0.1/')).toEqual([
    found('problem', /private use/, /RINGPOST_ALLOW_NETWORKS=10\.0\.0\.0\/8/),
  ])
  expect(report.of('http://127.0.0.1:1/webhook-test/x')).toEqual([
    found('warning', /n8n/),
    found('problem', /refused the connection/),
  ])
  expect(JSON.stringify(report.checks)).not.toContain('secret')
  expect(receiver.webhooks).toEqual([])
})

describe('the configuration file', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how the file has it
  const FILE = [
    'sources:',
    '  src_a: { api_key: "${KEY_OF_A}", colour: red }',
    'endpoints:',
    '  ep_a: { url: "http://10.0.0.1/" }',
    '  ep_b: { url: "https://user:pass@b.example.com/" }',
  ].join('\n')
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: this is how the file has it
  const look = async (text: string | null, env: Record<string, string> = {}) => {
    if (text !== null) await writeFile(join(cwd, 'ringpost.yaml'), text)
    const report = await doctor({ RINGPOST_CONFIG: 'ringpost.yaml', ...env })
    return report.of('configuration file')
  }

  test('is looked into: each fault with its place, and no secret', async () => {
    const inItself = await look(FILE, { OTHER: 'x' })
    expect(inItself.map(({ status, message }) => [status, message.replace(/^\S+, /, '')])).toEqual([
      ['problem', expect.stringMatching(/^line 2, column \d+: sources\.src_a\.api_key .*KEY_OF_A/)],
      [
        'problem',
        expect.stringMatching(/^line 2, column \d+: sources\.src_a\.colour is not a known field\.$/),
      ],
      ['problem', expect.stringMatching(/^line 4, column \d+: endpoints\.ep_a\.url is refused: /)],
      ['problem', expect.stringMatching(/^line 5, column \d+: endpoints\.ep_b\.url is refused: /)],
    ])
    for (const { fix } of inItself) expect(fix).toMatch(/ringpost config check/)
    const withKey = FILE.replace(', colour: red', '')
    const refused = await look(withKey, { KEY_OF_A: 'sk_secret_of_a' })
    expect(refused.map(({ message }) => message.replace(/^\S+, /, ''))).toEqual([
      expect.stringMatching(/^line 4, column \d+: endpoints\.ep_a\.url is refused: /),
      expect.stringMatching(/^line 5, column \d+: endpoints\.ep_b\.url is refused: /),
    ])
    expect(JSON.stringify(refused)).not.toMatch(/sk_secret_of_a|user:pass/)
  })

  test('is good, is not there, or is not YAML', async () => {
    expect(await look(null)).toMatchObject([
      { status: 'problem', message: expect.stringContaining('cannot be read') },
    ])
    expect(await look('sources: [')).toMatchObject([
      { status: 'problem', message: expect.stringMatching(/line 1, column \d+: is not valid YAML/) },
    ])
    const good = 'endpoints:\n  ep_a: { url: "http://10.0.0.1/" }\n'
    expect(await look(good, { RINGPOST_ALLOW_NETWORKS: '10.0.0.0/8' })).toMatchObject([
      { status: 'ok', message: expect.stringMatching(/is good: sources none; endpoints ep_a\.$/) },
    ])
  })
})

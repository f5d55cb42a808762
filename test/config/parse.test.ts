import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { problemsOf } from './problems.ts'

const KEY = Buffer.alloc(32, 7)
const TOKEN = 'a-token-of-sixteen'

describe('parseConfig', () => {
  it('has the defaults of the contract', () => {
    expect(parseConfig({}, '/srv/ringpost')).toEqual({
      upstream: { apiKey: null, baseUrl: 'https://api.elevenlabs.io', agentId: null, branchId: null },
      redisUrl: null,
      host: '127.0.0.1',
      port: 7464,
      healthPort: null,
      queueBoard: false,
      corsOrigins: [],
      apiToken: null,
      masterKey: null,
      previousMasterKey: null,
      dataDir: '/srv/ringpost/data',
      pollIntervalMs: 30_000,
      pollOverlapMs: 120_000,
      fullScanIntervalMs: 86_400_000,
      retrySchedule: [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400].map((seconds) => seconds * 1000),
      deliveryTimeoutMs: 15_000,
      allowNetworks: [],
      allowHttp: false,
      eventRetentionMs: 30 * 86_400_000,
      deliveryRetentionMs: 7 * 86_400_000,
      configFile: null,
      roles: ['api', 'poll', 'relay', 'deliver', 'maintain'],
      demo: true,
      otlp: null,
      logLevel: 'info',
      production: false,
    })
  })

  it('reads every variable', () => {
    const config = parseConfig(
      {
        ELEVENLABS_API_KEY: 'sk_abc',
        ELEVENLABS_BASE_URL: 'http://proxy.internal:8080/eleven//',
        ELEVENLABS_AGENT_ID: 'agent_1',
        ELEVENLABS_BRANCH_ID: 'agtbrch_1',
        REDIS_URL: 'rediss://user:p%23ss@redis.internal:6380/2',
        HOST: '::',
        PORT: '0',
        RINGPOST_HEALTH_PORT: '9464',
        RINGPOST_QUEUE_BOARD: 'on',
        RINGPOST_CORS_ORIGINS: 'https://App.example.com:443, http://localhost:3000/',
        RINGPOST_API_TOKEN: TOKEN,
        RINGPOST_MASTER_KEY: KEY.toString('hex').toUpperCase(),
        RINGPOST_MASTER_KEY_PREVIOUS: KEY.toString('hex').toUpperCase(),
        RINGPOST_DATA_DIR: '../elsewhere',
        RINGPOST_POLL_INTERVAL: '2m',
        RINGPOST_FULL_SCAN_INTERVAL: '6h',
        RINGPOST_RETRY_SCHEDULE: '1s, 2m ,3h',
        RINGPOST_DELIVERY_TIMEOUT: '500ms',
        RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8, ::1,10.1.2.3,fd00::/8',
        RINGPOST_ALLOW_HTTP: 'YES',
        RINGPOST_EVENT_RETENTION: '4h',
        RINGPOST_DELIVERY_RETENTION: '5h',
        RINGPOST_CONFIG: 'ringpost.yaml',
        RINGPOST_ROLES: 'deliver,relay',
        RINGPOST_DEMO: 'off',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
        OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b, other=c=d',
        OTEL_TRACES_SAMPLER_ARG: '0.05',
        LOG_LEVEL: 'Debug',
        NODE_ENV: 'production',
        RINGPOST_URL: 'http://elsewhere:7464',
        UNRELATED: 'x',
      },
      '/srv/ringpost',
    )
    expect(config).toEqual({
      upstream: {
        apiKey: 'sk_abc',
        baseUrl: 'http://proxy.internal:8080/eleven',
        agentId: 'agent_1',
        branchId: 'agtbrch_1',
      },
      redisUrl: 'rediss://user:p%23ss@redis.internal:6380/2',
      host: '::',
      port: 0,
      healthPort: 9464,
      queueBoard: true,
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      apiToken: TOKEN,
      masterKey: KEY,
      previousMasterKey: KEY,
      dataDir: '/srv/elsewhere',
      pollIntervalMs: 120_000,
      pollOverlapMs: 240_000,
      fullScanIntervalMs: 21_600_000,
      retrySchedule: [1_000, 120_000, 10_800_000],
      deliveryTimeoutMs: 500,
      allowNetworks: ['127.0.0.0/8', '::1/128', '10.1.2.3/32', 'fd00::/8'],
      allowHttp: true,
      eventRetentionMs: 14_400_000,
      deliveryRetentionMs: 18_000_000,
      configFile: '/srv/ringpost/ringpost.yaml',
      roles: ['deliver', 'relay'],
      demo: false,
      otlp: { url: 'http://collector:4318', headers: { 'x-key': 'a b', other: 'c=d' }, share: 0.05 },
      logLevel: 'debug',
      production: true,
    })
  })

  it('takes an empty value, and space alone, for none', () => {
    const empty = { PORT: '', RINGPOST_POLL_INTERVAL: '  ', ELEVENLABS_API_KEY: '', RINGPOST_DEMO: '' }
    expect(parseConfig(empty, '/srv')).toEqual(parseConfig({}, '/srv'))
  })

  it('ignores space around a value, such as the newline of a secret that came from a file', () => {
    expect(parseConfig({ ELEVENLABS_API_KEY: ' sk_abc\n' }, '/').upstream.apiKey).toBe('sk_abc')
  })

  it.each([
    ['1s', '2m'],
    ['1m', '2m'],
    ['61s', '122s'],
    ['1h', '2h'],
  ])('polls every %s with an overlap of %s', (interval, overlap) => {
    const written = parseConfig({ RINGPOST_POLL_INTERVAL: interval, RINGPOST_POLL_OVERLAP: overlap }, '/')
    expect(parseConfig({ RINGPOST_POLL_INTERVAL: interval }, '/').pollOverlapMs).toBe(written.pollOverlapMs)
  })

  it.each([
    [{}, true],
    [{ NODE_ENV: 'production' }, false],
    [{ NODE_ENV: 'test' }, true],
    [{ ELEVENLABS_API_KEY: 'sk_1' }, false],
    [{ RINGPOST_CONFIG: 'ringpost.yaml' }, false],
    [{ RINGPOST_DEMO: 'false' }, false],
    [{ RINGPOST_DEMO: 'true', NODE_ENV: 'production' }, true],
    [{ RINGPOST_DEMO: 'false', ELEVENLABS_API_KEY: 'sk_1' }, false],
  ])('with %j the demo is on: %s', (env, demo) => {
    expect(parseConfig(env, '/').demo).toBe(demo)
  })

  it.each([KEY.toString('base64'), KEY.toString('base64url'), KEY.toString('hex')])(
    'reads the master key %s',
    (text) => {
      expect(parseConfig({ RINGPOST_MASTER_KEY: text }, '/').masterKey).toEqual(KEY)
    },
  )

  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', 'LOCALHOST'])(
    'listens on %s without a token',
    (host) => {
      expect(parseConfig({ HOST: host }, '/').host).toBe(host)
    },
  )

  it('lists all problems at once, one a line, in the order of the reference', () => {
    const env = {
      RINGPOST_POL_INTERVAL: '30s',
      LOG_LEVEL: 'loud',
      PORT: '99999',
      HOST: '0.0.0.0',
      RINGPOST_ROLES: 'api,cook',
      RINGPOST_EVENT_RETENTION: '3d',
      RINGPOST_POLL_INTERVAL: '30',
    }
    const { fields, lines } = problemsOf(env)
    expect(fields.map((field) => field.path)).toEqual([
      'HOST',
      'PORT',
      'RINGPOST_POLL_INTERVAL',
      'RINGPOST_EVENT_RETENTION',
      'RINGPOST_ROLES',
      'LOG_LEVEL',
      'RINGPOST_POL_INTERVAL',
    ])
    expect(lines).toHaveLength(8)
    expect(lines[0]).toBe('The configuration has 7 problems:')
    expect(lines[2]).toBe(
      '  PORT: It is not the number of a port. It is now "99999". Allowed: a whole number from 0 to 65535. Example: PORT=8080',
    )
  })
})

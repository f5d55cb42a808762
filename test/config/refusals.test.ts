import { describe, expect, it } from 'vitest'
import { problemsOf } from './problems.ts'

/** Values that are refused, by variable. */
const REFUSED: Record<string, string[]> = {
  ELEVENLABS_API_KEY: ['sk abc', '"sk_abc"', 'sk_ä', 'sk_\u200b1', 'sk_…'],
  ELEVENLABS_BASE_URL: [
    'api.elevenlabs.io',
    'ftp://api.elevenlabs.io',
    'https://',
    'https://user:pass@api.elevenlabs.io',
    'https://user@api.elevenlabs.io',
    'https://api.elevenlabs.io/?key=1',
    'https://api.elevenlabs.io?',
    'https://api.elevenlabs.io/#top',
    'javascript:alert(1)',
  ],
  ELEVENLABS_AGENT_ID: ['agent 1'],
  ELEVENLABS_BRANCH_ID: ['branch\t1'],
  REDIS_URL: [
    'localhost:6379',
    '/run/redis.sock',
    '6379',
    'http://localhost',
    'redis://',
    'redis:///0',
    'redis://localhost:99999',
    'redis://localhost/first',
    'redis://:pass#word@localhost',
    'redis://:100%@localhost',
    'redis+cluster://',
    'redis+cluster://a:b:c',
    'redis+cluster://a:70000',
    'redis+cluster://a,,b',
    'redis+cluster://a/0',
    'redis+cluster://a?x=1',
    'redis+cluster://:pass#word@a',
    'redis+cluster://:100%@a',
    'redis+sentinel://a:26379',
    'redis+sentinel://a/',
    'redis+sentinel://a/mymaster/first',
    'redis+sentinel://a/mymaster/0/1',
    'redis+sentinel://a/mymaster?password=x',
    'redis+other://a',
    'unix://run/redis.sock',
    'unix:/run/redis.sock',
    'unix:///run/redis.sock?db=1',
  ],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4318', 'grpc://collector', 'http://collector?x=1'],
  OTEL_EXPORTER_OTLP_HEADERS: ['key', '=value', 'a=1,,b=2', 'a=100%'],
  OTEL_TRACES_SAMPLER_ARG: ['2', '-1', 'always_on', '1.5', '.'],
  HOST: [
    '[::1]',
    'a b',
    'http://localhost',
    '127.0.0.1:7464',
    '256.0.0.1',
    '127.1',
    '-',
    'a..b',
    '127.0.0.1/8',
  ],
  PORT: ['-1', '65536', '80.5', '0x50', '1e3', 'http', '99999999999'],
  RINGPOST_HEALTH_PORT: ['-1', '65536', 'http'],
  RINGPOST_QUEUE_BOARD: ['maybe'],
  RINGPOST_CORS_ORIGINS: [
    'app.example.com',
    'https://',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://user@app.example.com',
    'https://*.example.com',
    'null',
    'https://a.example,',
    'ftp://a.example',
  ],
  RINGPOST_API_TOKEN: ['fifteen-charact', 'sixteen chars and spaces', '"quoted-and-long-enough"'],
  RINGPOST_MASTER_KEY: [
    'short',
    'g'.repeat(64),
    'a'.repeat(42),
    'a'.repeat(63),
    'a'.repeat(65),
    `${'a'.repeat(44)}=`,
  ],
  RINGPOST_DATA_DIR: ['a\0b'],
  RINGPOST_POLL_INTERVAL: ['30', '999ms', '0s', '25d', '30 s', '1.5m', 'fast'],
  RINGPOST_POLL_OVERLAP: ['2', '29s'],
  RINGPOST_FULL_SCAN_INTERVAL: ['daily', '0s'],
  RINGPOST_RETRY_SCHEDULE: ['5', '5s,', ',', '5s,,5m', '5s;5m', '5s,soon', '5s 5m'],
  RINGPOST_DELIVERY_TIMEOUT: ['0s', '0ms', '25d', '15'],
  RINGPOST_ALLOW_NETWORKS: [
    '::ffff:10.0.0.0/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'localhost',
    '10.0.0.0/255.0.0.0',
    'fe80::1%eth0',
    '10.0.0.0/8,',
    '10.0.0.0/8 127.0.0.0/8',
  ],
  RINGPOST_ALLOW_HTTP: ['maybe', '2', 'y'],
  RINGPOST_EVENT_RETENTION: ['30', '3d', '0s'],
  RINGPOST_DELIVERY_RETENTION: ['7', '3d'],
  RINGPOST_CONFIG: ['a\0b'],
  RINGPOST_ROLES: ['cook', 'api,api', ',', 'api,', 'api poll'],
  RINGPOST_DEMO: ['demo'],
  LOG_LEVEL: ['verbose', '30'],
  RINGPOST_URL: ['localhost:7464'],
}

const CASES = Object.entries(REFUSED).flatMap(([name, values]) => values.map((value) => ({ name, value })))

describe('a wrong value', () => {
  it.each(CASES)('$name=$value is refused, with what is allowed and an example', ({ name, value }) => {
    const { fields, lines } = problemsOf({ [name]: value })
    expect(fields.map((field) => field.path)).toEqual([name])
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(new RegExp(`^ {2}${name}: [A-Z].*\\. Allowed: .+\\. Example: ${name}=.+$`))
  })
})

describe('rules between variables', () => {
  it.each([
    ['HOST', { HOST: '0.0.0.0' }, /token must be set/],
    ['HOST', { HOST: '::' }, /token must be set/],
    ['HOST', { HOST: 'ringpost.internal' }, /token must be set/],
    ['RINGPOST_POLL_OVERLAP', { RINGPOST_POLL_INTERVAL: '5m', RINGPOST_POLL_OVERLAP: '4m' }, /which is 5m/],
    ['RINGPOST_DEMO', { RINGPOST_DEMO: 'true', ELEVENLABS_API_KEY: 'sk_1' }, /upstream of its own/],
    ['RINGPOST_DEMO', { RINGPOST_DEMO: 'true', RINGPOST_CONFIG: 'x.yaml' }, /RINGPOST_CONFIG is set too/],
    [
      'RINGPOST_EVENT_RETENTION',
      { RINGPOST_RETRY_SCHEDULE: '28d', RINGPOST_DELIVERY_RETENTION: '60d' },
      /takes up to 30.8 days with jitter/,
    ],
  ])('%s is reported for %j', (name, env, sentence) => {
    const { fields } = problemsOf(env as Record<string, string>)
    expect(fields.map((field) => field.path)).toEqual([name])
    expect(fields[0]?.message).toMatch(sentence)
  })

  it.each(['RINGPOST_EVENT_RETENTION', 'RINGPOST_DELIVERY_RETENTION'])(
    '%s must be longer than the schedule with its jitter, not just as long',
    (name) => {
      const schedule = { RINGPOST_RETRY_SCHEDULE: '4h,6h' }
      expect(problemsOf({ ...schedule, [name]: '11h' }).fields).toHaveLength(1)
      expect(problemsOf({ ...schedule, [name]: '39600001ms' }).fields).toHaveLength(0)
    },
  )

  it('gives examples that it accepts itself', () => {
    for (const schedule of ['1s', '1h', '10h,10h', '3d,4d', '5s,5m,30m,2h,5h,10h,14h,20h,24h']) {
      const env = {
        RINGPOST_RETRY_SCHEDULE: schedule,
        RINGPOST_EVENT_RETENTION: '1s',
        RINGPOST_DELIVERY_RETENTION: '1s',
      }
      const examples = problemsOf(env).fields.map(({ message }) => /Example: (\w+)=(\S+)$/.exec(message))
      expect(examples).toHaveLength(2)
      for (const [, name, value] of examples as RegExpExecArray[]) Object.assign(env, { [`${name}`]: value })
      expect(problemsOf(env).message).toBe('')
    }
  })

  it('are checked although another variable is wrong, but not on a wrong one', () => {
    const one = problemsOf({ PORT: 'x', HOST: '0.0.0.0' })
    expect(one.fields.map((field) => field.path)).toEqual(['HOST', 'PORT'])
    const other = problemsOf({ HOST: '0.0.0.0', RINGPOST_API_TOKEN: 'short' })
    expect(other.fields.map((field) => field.path)).toEqual(['RINGPOST_API_TOKEN'])
  })

  it('leave alone what is surprising but legal', () => {
    for (const env of [
      { NODE_ENV: 'production' },
      { NODE_ENV: 'production', RINGPOST_DEMO: 'true' },
      { ELEVENLABS_AGENT_ID: 'agent_1' },
      { ELEVENLABS_BASE_URL: 'http://127.0.0.1:9' },
      { RINGPOST_RETRY_SCHEDULE: '0s' },
      { RINGPOST_RETRY_SCHEDULE: '1h,1s' },
      { RINGPOST_ALLOW_NETWORKS: '0.0.0.0/0,::/0' },
      { RINGPOST_ALLOW_NETWORKS: '10.1.2.3/8' },
      { RINGPOST_FULL_SCAN_INTERVAL: '1s' },
      { REDIS_URL: 'unix:///run/redis.sock' },
      { REDIS_URL: 'redis+cluster://10.0.0.1:7000,10.0.0.2:7000,[::1]' },
      { REDIS_URL: 'rediss+cluster://user:p%2Fss@redis.internal' },
      { REDIS_URL: 'redis+sentinel://:p%40ss@s1,s2:26380/mymaster' },
      { REDIS_URL: 'rediss+sentinel://s1/mymaster/2?sentinel_username=a&sentinel_password=b' },
      { REDIS_URL: 'redis://[::1]:6379/15?family=6' },
      { LOG_LEVEL: 'silent' },
    ]) {
      expect(problemsOf(env as unknown as Record<string, string>).message).toBe('')
    }
  })
})

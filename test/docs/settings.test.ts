import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { environment } from '../../src/config/schema.ts'
import { variables } from '../../src/config/variable.ts'
import { readPages } from './pages.ts'

type Name = keyof typeof environment.shape

/** What a page leaves to the reader: a secret, or a command that makes one. */
const LEFT_OUT = /…|\$\(|%s/
const SECRETS = {
  ELEVENLABS_API_KEY: 'sk_0123456789abcdef',
  REDIS_URL: 'redis://127.0.0.1:6379',
  RINGPOST_API_TOKEN: '0123456789abcdef',
  RINGPOST_MASTER_KEY: '5f'.repeat(32),
  RINGPOST_MASTER_KEY_PREVIOUS: '6a'.repeat(32),
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x',
} as const

/** Every `NAME=value` of a line whose name is one of ringpost's variables. */
function settingsOf(line: string): [Name, string][] {
  const found = line.matchAll(/(?<![\w"])([A-Z][A-Z_]+)=('[^']*'|"[^"]*"|\$\([^)]*\)|[^\s`'"|;)]*)/g)
  return [...found].flatMap(([, name = '', text = '']) => {
    if (!(name in environment.shape)) return name.startsWith('RINGPOST_') ? [[name as Name, text]] : []
    const value = text.replace(/^['"]|['"]$/g, '').replace(/[.,:]$/, '')
    const secret = SECRETS[name as keyof typeof SECRETS]
    return [[name as Name, LEFT_OUT.test(value) && secret ? secret : value]]
  })
}

/** What the start would say to these settings; null where it would start. */
function refusal(settings: Record<string, string>): string | null {
  // A host that others reach needs the token, which no page repeats beside it.
  const env = 'HOST' in settings ? { RINGPOST_API_TOKEN: SECRETS.RINGPOST_API_TOKEN, ...settings } : settings
  try {
    parseConfig(env, '/')
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Settings of a line that would be refused, alone and together with the others of it. */
function refusedOf(line: string): string[] {
  const settings = settingsOf(line)
  const together = refusal(Object.fromEntries(settings))
  return settings.flatMap(([name, value]) => {
    const alone = refusal({ [name]: value })
    return alone === null || together === null ? [] : [`${name}=${value}: ${alone}`]
  })
}

test('every setting in README and docs is one that ringpost takes, alone or with the others of its line', () => {
  let count = 0
  const refused = readPages().flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => {
      count += settingsOf(line).length
      return refusedOf(line).map((one) => `${path}:${i + 1}: ${one}`)
    }),
  )
  expect(refused).toEqual([])
  expect(count).toBeGreaterThan(60)
})

test('what would be refused is found', () => {
  expect(refusedOf('events, at `RINGPOST_EVENT_RETENTION=1d` and ten endpoints')).toHaveLength(1)
  expect(refusedOf('`RINGPOST_RETRY_SCHEDULE=5s RINGPOST_EVENT_RETENTION=1d`')).toEqual([])
  expect(refusedOf('RINGPOST_ALLOW_NETWORK=10.0.0.0/8')).toHaveLength(1)
  expect(refusedOf('RINGPOST_POLL_INTERVAL=10')).toHaveLength(1)
  expect(settingsOf('`RINGPOST_API_TOKEN=$(openssl rand -hex 32)`')).toEqual([
    ['RINGPOST_API_TOKEN', SECRETS.RINGPOST_API_TOKEN],
  ])
  // What is no secret has to be written out.
  expect(refusedOf('`RINGPOST_EVENT_RETENTION=…`')).toHaveLength(1)
  const secret = Object.keys(SECRETS).map((name) => variables.get(environment.shape[name as Name])?.secret)
  expect(secret.every((one) => one === true)).toBe(true)
})

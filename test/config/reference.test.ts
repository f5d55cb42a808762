import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { renderConfigurationDoc, renderEnvExample } from '../../src/config/reference.ts'
import { environment } from '../../src/config/schema.ts'
import { variables } from '../../src/config/variable.ts'

const onDisk = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const documented = Object.entries(environment.shape).map(([name, schema]) => {
  const doc = variables.get(schema)
  if (doc === undefined) throw new Error(`${name} has no documentation`)
  return { name, schema, doc }
})

/** The defaults that the contract promises, copied from its table; undefined where it has a dash or words. */
const CONTRACT: Record<string, string | undefined> = {
  ELEVENLABS_API_KEY: undefined,
  ELEVENLABS_BASE_URL: 'https://api.elevenlabs.io',
  ELEVENLABS_AGENT_ID: undefined,
  ELEVENLABS_BRANCH_ID: undefined,
  REDIS_URL: undefined,
  HOST: '127.0.0.1',
  PORT: '7464',
  RINGPOST_API_TOKEN: undefined,
  RINGPOST_MASTER_KEY: undefined,
  RINGPOST_DATA_DIR: './data',
  RINGPOST_POLL_INTERVAL: '30s',
  RINGPOST_POLL_OVERLAP: undefined,
  RINGPOST_FULL_SCAN_INTERVAL: '24h',
  RINGPOST_RETRY_SCHEDULE: '5s,5m,30m,2h,5h,10h,14h,20h,24h',
  RINGPOST_DELIVERY_TIMEOUT: '15s',
  RINGPOST_ALLOW_NETWORKS: undefined,
  RINGPOST_ALLOW_HTTP: 'false',
  RINGPOST_EVENT_RETENTION: '30d',
  RINGPOST_DELIVERY_RETENTION: '7d',
  RINGPOST_CONFIG: undefined,
  RINGPOST_ROLES: 'api,poll,relay,deliver,maintain',
  RINGPOST_DEMO: undefined,
  LOG_LEVEL: 'info',
}
/** What is read beside the contract's table. */
const BESIDE = [
  'NODE_ENV',
  'RINGPOST_URL',
  'RINGPOST_MASTER_KEY_PREVIOUS',
  'RINGPOST_HEALTH_PORT',
  'RINGPOST_QUEUE_BOARD',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER_ARG',
]

describe('the generated files', () => {
  it.each([
    ['.env.example', renderEnvExample],
    ['docs/configuration.md', renderConfigurationDoc],
  ])('%s is what `npm run generate` writes', (path, render) => {
    expect(onDisk(path), `${path} is out of date: run npm run generate`).toBe(render())
  })

  it('name every variable', () => {
    for (const { name } of documented) {
      expect(renderEnvExample()).toContain(`\n#${name}=`)
      expect(renderConfigurationDoc()).toContain(`\n| \`${name}\` |`)
    }
  })

  it('.env.example copied as it is changes nothing', () => {
    expect(parseEnv(renderEnvExample())).toEqual({})
  })

  it('.env.example holds no secret that would be copied and used', () => {
    const all = parseEnv(renderEnvExample().replaceAll(/^#(?=[A-Z_]+=)/gm, ''))
    expect(Object.keys(all).sort()).toEqual(documented.map(({ name }) => name).sort())
    for (const { name, doc } of documented) if (doc.secret === true) expect(all[name]).toBe('')
  })

  it('.env.example with everything taken in starts', () => {
    const all = parseEnv(renderEnvExample().replaceAll(/^#(?=[A-Z_]+=)/gm, ''))
    expect(parseConfig(all, '/srv').port).toBe(7464)
  })
})

describe('the variables', () => {
  it('are those of the contract, with its defaults', () => {
    const found = documented.filter(({ name }) => !BESIDE.includes(name))
    expect(Object.fromEntries(found.map(({ name, doc }) => [name, doc.default]))).toEqual(CONTRACT)
  })

  it.each(documented.filter(({ doc }) => doc.secret !== true))(
    'the example of $name is accepted',
    ({ schema, doc }) => {
      expect(schema.safeParse(doc.example).error).toBeUndefined()
    },
  )

  it.each(documented.filter(({ doc }) => doc.example.startsWith('$(') || doc.example.endsWith('…')))(
    'the example of $name is refused where no shell has filled it in',
    ({ schema, doc }) => {
      expect(schema.safeParse(doc.example).success).toBe(false)
    },
  )
})

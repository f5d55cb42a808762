import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { renderFileSchema } from '../../src/config-file/json-schema.ts'
import { loadConfigFile } from '../../src/config-file/load.ts'
import { readConfigFile } from '../../src/config-file/read.ts'
import { createSecret } from '../../src/deliver/sign.ts'

const [, EXAMPLE = ''] =
  /```yaml\n([\s\S]*?)```/.exec(
    readFileSync(new URL('../../docs/config-file.md', import.meta.url), 'utf8'),
  ) ?? []

const NOWHERE = { allowNetworks: [], allowHttp: false }
const KEY = 'sk_8f3a5c5e0d2b4a'
const env = { KEY, CRM_HOST: ' crm.example.com ', EMPTY: ' ' }

const problemsOf = (text: string, from: Record<string, string> | null = env) =>
  readConfigFile(text, from).problems.map(
    ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
  )

test('a file is read with its references', () => {
  const { content, draft, problems } = readConfigFile(
    `\uFEFF# everything
sources:
  src_support:
    api_key: \${KEY}
    poll_interval: 1m
endpoints:
  ep_crm:
    url: https://\${CRM_HOST}/hooks
    description: costs $\${KEY}
    event_types: [user.created, "user.returned"]
    headers: { X-Token: "a \${KEY} b" }
`,
    env,
  )
  expect(problems).toEqual([])
  expect(content).toEqual({
    sources: { src_support: { api_key: KEY, poll_interval: 60_000 } },
    endpoints: {
      ep_crm: {
        url: 'https://crm.example.com/hooks',
        description: 'costs ${KEY}',
        event_types: ['user.created', 'user.returned'],
        headers: { 'x-token': `a ${KEY} b` },
      },
    },
  })
  expect(draft?.input.sources).toEqual({ src_support: { api_key: KEY, poll_interval: '1m' } })
})

test('a value of the environment is a text, whatever is in it', () => {
  const values = { NUMBER: '5', YAML: 'a: [b' }
  const file =
    'endpoints:\n  ep_a:\n    url: https://a.example.com/\n    description: ${YAML}\n    rate_limit: ${NUMBER}\n'
  expect(problemsOf(file, values)).toEqual(['5:5 endpoints.ep_a.rate_limit must be a number'])
})

test('everything that is wrong is told at once, with its place', () => {
  const file = `sources:
  src_a:
    api_key: \${NOT_SET}
    pol_interval: 30s
    poll_interval: 5
  support:
    api_key: \${KEY}
endpoints:
  ep_a:
    url: 5
    event_types:
      - user.created
      - user.creatd
    filter:
      data.user.conversation_count: { gte: ten }
    headers:
      host: x
  ep_b: nothing
  ep_c: { secret: "\${RINGPOST_MASTER_KEY}", description: "\${EMPTY} \${A B}" }
`
  expect(problemsOf(file)).toEqual([
    '3:14 sources.src_a.api_key takes NOT_SET from the environment, where it is not set',
    '4:5 sources.src_a.pol_interval is not a known field',
    '5:5 sources.src_a.poll_interval must be a text',
    expect.stringMatching(/^6:3 sources\.support must be an id: src_ /),
    '10:5 endpoints.ep_a.url must be a text',
    expect.stringMatching(/^13:9 endpoints\.ep_a\.event_types\.1 /),
    expect.stringMatching(
      /^15:39 endpoints\.ep_a\.filter\.data\.user\.conversation_count\.gte must be a number/,
    ),
    expect.stringMatching(/^17:7 endpoints\.ep_a\.headers\.host is set by ringpost itself/),
    '18:3 endpoints.ep_b must be an object',
    expect.stringMatching(/^19:19 endpoints\.ep_c\.secret takes RINGPOST_MASTER_KEY .* choose another$/),
    '19:58 endpoints.ep_c.description takes EMPTY from the environment, where it is not set',
    expect.stringMatching(/^19:58 endpoints\.ep_c\.description has a \$\{ that no name and no \} follow/),
  ])
})

test('in a list, what is said of an entry names that entry, also behind one that could not be read', () => {
  const file = `endpoints:
  ep_a:
    url: https://a.example.com/
    event_types:
      - &unset \${NOT_SET}
      - user.created
      - *unset
      - user.creatd
    source_ids:
      - \${NOT_SET}
      - src_a
`
  const read = readConfigFile(file, env)
  expect(problemsOf(file)).toEqual([
    '5:16 endpoints.ep_a.event_types takes NOT_SET from the environment, where it is not set',
    expect.stringMatching(/^8:9 endpoints\.ep_a\.event_types\.3 /),
    '10:9 endpoints.ep_a.source_ids takes NOT_SET from the environment, where it is not set',
  ])
  // What a server says of what it was sent.
  expect(read.draft?.input.endpoints).toMatchObject({ ep_a: { source_ids: ['src_a'] } })
  const fields = [{ path: 'endpoints.ep_a.source_ids.0', message: 'is not a source' }]
  expect(read.locate(fields)).toEqual([
    { path: 'endpoints.ep_a.source_ids.1', message: 'is not a source', line: 11, column: 9 },
  ])
})

test.each([
  ['a: [b\n', /^2:1 {2}is not valid YAML: /],
  ['sources:\n  src_a: {}\n  src_a: {}\n', /^3:3 {2}is not valid YAML: Map keys must be unique/],
  ['sources: !!set {}\n', /^1:10 /],
  ['---\nsources: {}\n---\nendpoints: {}\n', /^3:1 {2}is not valid YAML: .*multiple documents/],
  [
    'endpoints: {ep_a: {url: ${URL}}}\n',
    /^1:\d+ .*between \{ \} or \[ \], a text with \$\{NAME\} goes in quotation/,
  ],
  ['', /^1:1 {2}must be an object$/],
  ['- sources\n', /^1:1 {2}must be an object$/],
  ['sources:\nendpoints: {}\n', /^1:1 sources must be an object$/],
  ['colour: red\n', /^1:1 colour is not a known field$/],
  [`sources: &a [*a, *a]\n`, /^1:/],
  ['endpoints:\n  ep_a:\n    __proto__: {url: x}\n', /^3:5 endpoints\.ep_a\.__proto__ is not a known field$/],
])('%j is refused', (file, problem) => {
  expect(problemsOf(file)).toEqual([expect.stringMatching(problem)])
})

test('what is wrong keeps nothing else from being read', () => {
  const { content, draft } = readConfigFile(
    `sources:
  src_a: { api_key: "\${NOT_SET}", pol_interval: 5s, milestones: [5, 1], poll_interval: 1m }
  support: { name: Support }
endpoints:
  ep_a: { url: https://a.example.com/, signing: ed25519, secret: "whsec_${'A'.repeat(32)}" }
  ep_b: [url]
  ep_c: { source_ids: [5], description: c, colour: red }
`,
    env,
  )
  expect(content).toBeNull()
  expect(draft?.input).toEqual({
    sources: { src_a: { poll_interval: '1m' } },
    endpoints: {
      ep_a: expect.objectContaining({ url: 'https://a.example.com/' }),
      ep_b: {},
      ep_c: { description: 'c' },
    },
  })
})

test('settings that are shared are written once', () => {
  const { content, problems } = readConfigFile(
    `sources:
  src_a: &usual { api_key: "\${KEY}", poll_interval: 1m }
  src_b: { <<: *usual, agent_id: agent_b }
endpoints:
  ep_a: { url: https://a.example.com/, event_types: &types [user.created] }
  ep_b: { url: https://b.example.com/, event_types: *types }
`,
    env,
  )
  expect(problems).toEqual([])
  expect(content?.sources.src_b).toEqual({ api_key: KEY, poll_interval: 60_000, agent_id: 'agent_b' })
  expect(content?.endpoints.ep_b?.event_types).toEqual(['user.created'])
})

describe('what came from the environment', () => {
  test('is in no message', () => {
    const values = { SECRET: `whsec_${'A'.repeat(8)}`, SOURCE: 'src_hidden_name' }
    const file =
      'endpoints:\n  ep_a:\n    url: https://a.example.com/\n    secret: ${SECRET}\n    source_ids:\n      - ${SOURCE}\n'
    const read = readConfigFile(file, values)
    expect(read.problems.map(({ message }) => message).join()).not.toContain(values.SECRET)
    const [later] = read.locate([
      { path: 'endpoints.ep_a.source_ids.0', message: `is no source: ${values.SOURCE}` },
    ])
    expect(later).toEqual({
      path: 'endpoints.ep_a.source_ids.0',
      line: 6,
      column: 9,
      message: 'is no source: ${SOURCE}',
    })
  })

  test('is not missed where it is not to be had', () => {
    const file = `sources:
  src_a:
    api_key: &key \${NOT_SET}
  src_b:
    api_key: *key
    colour: red
endpoints:
  ep_a:
    url: \${NOT_SET}
    secret: \${NOT_SET}
    signing: ed25519
`
    expect(problemsOf(file, null)).toEqual(['6:5 sources.src_b.colour is not a known field'])
    expect(problemsOf(file)).toHaveLength(4)
  })
})

test('a file that is none is refused with a sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringpost-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const latin1 = join(folder, 'latin1.yaml')
  writeFileSync(latin1, Buffer.from([0x23, 0xe9, 0x0a]))
  expect(() => loadConfigFile(latin1, {}, NOWHERE)).toThrow(
    /latin1\.yaml cannot be read: it is not UTF-8 text\.$/,
  )
  expect(() => loadConfigFile(folder, {}, NOWHERE)).toThrow(/cannot be read: it is a folder\.$/)
  expect(() => loadConfigFile(join(latin1, 'x'), {}, NOWHERE)).toThrow(
    /a part of its path is not a folder\.$/,
  )
})

test('the JSON Schema for editors is what is generated', () => {
  const kept = new URL('../../docs/config-file.schema.json', import.meta.url)
  expect(readFileSync(kept, 'utf8'), 'run npm run generate').toBe(renderFileSchema())
  const ajv = new Ajv2020({ strict: false })
  const check = ajv.compile(JSON.parse(renderFileSchema()))
  expect(check(parse(EXAMPLE)), ajv.errorsText(check.errors)).toBe(true)
  expect(check({ sources: { support: {} } })).toBe(false)
  expect(check({ endpoints: { ep_a: { colour: 'red' } } })).toBe(false)
})

test('the example of the documentation is good', () => {
  const values = {
    SUPPORT_API_KEY: KEY,
    SALES_API_KEY: KEY,
    CRM_TOKEN: 'abc',
    CRM_SIGNING_SECRET: createSecret(),
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T00000000/B00000000/xxxxxxxxxxxxxxxxxxxxxxxx',
  }
  const { content, problems } = readConfigFile(EXAMPLE, values)
  expect(problems).toEqual([])
  expect(Object.keys(content?.endpoints ?? {})).toContain('ep_crm')
})

import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createKeepConfigured } from '../../src/config-file/keep-configured.ts'
import { refusalOf } from '../../src/config-file/load.ts'
import { readConfigFile } from '../../src/config-file/read.ts'
import { startTestApi, type TestApi } from '../api/support.ts'

const MANAGED = {
  id: 'src_default',
  name: 'default',
  base_url: 'https://api.elevenlabs.io',
  api_key: 'sk_of_the_environment',
  agent_id: null,
  branch_id: null,
}
const FILE = `sources:
  src_a: { api_key: sk_a }
endpoints:
  ep_a: { url: "https://a.example.com/", source_ids: [src_a, src_default] }
`

/** As a process that starts with this file. */
function keeper(api: TestApi, text = FILE, managed = [MANAGED], isComplete = true) {
  const { content, locate } = readConfigFile(text, {})
  if (content === null) throw new Error('The file is good in itself.')
  const { sources, configuration } = api
  return createKeepConfigured({
    sources,
    configuration,
    managed,
    isComplete,
    file: { content, refusal: (fields) => refusalOf('x.yaml', locate(fields)) },
    logger: pino({ level: 'silent' }),
  })
}
const actions = (changes: { id: string; action: string }[]) =>
  changes.map(({ id, action }) => `${action} ${id}`)

test('the file is applied once, and again where Redis has lost something of it', async () => {
  const api = await startTestApi()
  const keep = keeper(api)
  expect(actions(await keep())).toEqual(['create src_a', 'create ep_a'])
  // What people change meanwhile is not looked at every few seconds.
  await api.patch('/v1/sources/src_a', { name: 'other' })
  expect(await keep()).toEqual([])
  await api.redis.hdel(api.keys.endpoints, 'ep_a')
  expect(actions(await keep())).toEqual(['none src_a', 'create ep_a'])
  await Promise.all([api.keys.sources, api.keys.endpoints].map((key) => api.redis.del(key)))
  expect(actions(await keep())).toEqual(['create src_a', 'create ep_a'])
  expect((await api.sources.list()).map(({ id }) => id).sort()).toEqual(['src_a', 'src_default'])
})

test('processes that start at once make one of each', async () => {
  const api = await startTestApi()
  await Promise.all([keeper(api)(), keeper(api)(), keeper(api)()])
  expect(await api.endpoints.list()).toHaveLength(1)
  const before = api.endpoints.target(await api.endpoints.get('ep_a'))
  expect(actions(await keeper(api)())).toEqual(['none src_a', 'none ep_a'])
  expect(api.endpoints.target(await api.endpoints.get('ep_a'))).toEqual(before)
  // One that comes late, and had seen that there was none, takes nothing's place.
  const { endpoint } = await api.endpoints.create(
    {
      url: 'https://b.example.com/',
      description: '',
      event_types: null,
      source_ids: null,
      headers: {},
      enabled: true,
    },
    'ep_a',
  )
  expect(endpoint.url).toBe('https://a.example.com/')
  const late = { ...(await api.sources.get('src_a')), name: 'late', api_key: 'sk_late' }
  expect((await api.sources.create(late, 'src_a')).name).toBe('a')
  expect(api.sources.toPoll(await api.sources.get('src_a'))).toMatchObject({ name: 'a', apiKey: 'sk_a' })
  expect(api.endpoints.target(await api.endpoints.get('ep_a'))).toEqual(before)
})

test('what cannot be applied is told with its places, and nothing of the file is', async () => {
  const api = await startTestApi()
  const keep = keeper(api, 'sources:\n  src_a: { name: A }\n  src_b: { api_key: sk_b }\n')
  await expect(keep()).rejects.toMatchObject({
    code: 'config_invalid',
    message:
      'x.yaml has a problem:\n  line 2, column 3: sources.src_a.api_key is required: there is no source src_a yet',
  })
  expect((await api.sources.list()).map(({ id }) => id)).toEqual(['src_default'])
})

test('what the environment names no more can be changed and deleted, and belongs to it again once it is named', async () => {
  const api = await startTestApi()
  await keeper(api)()
  const look = async () => (await api.get('/v1/sources/src_default')).json
  expect((await api.patch('/v1/sources/src_default', { api_key: 'sk_other' })).status).toBe(409)
  // A process that does not poll need not have the key.
  await keeper(api, FILE, [], false)()
  expect((await look()).managed_by).toBe('environment')

  await keeper(api, FILE, [])()
  expect((await look()).managed_by).toBe('api')
  expect(api.sources.toPoll(await api.sources.get('src_default')).apiKey).toBe(MANAGED.api_key)
  expect((await api.patch('/v1/sources/src_default', { api_key: 'sk_other' })).status).toBe(200)

  await keeper(api)()
  expect((await look()).managed_by).toBe('environment')
  expect(api.sources.toPoll(await api.sources.get('src_default')).apiKey).toBe(MANAGED.api_key)

  await keeper(api, FILE, [])()
  expect((await api.request('DELETE', '/v1/sources/src_default')).status).toBe(204)
  expect((await look()).status).toBe(404)
})

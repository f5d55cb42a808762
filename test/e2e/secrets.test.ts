import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret } from '../../src/deliver/sign.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import { until } from '../support/until.ts'
import { redisFolderOf, startRingpost, temporaryDataDir } from './ringpost.ts'

test('nothing secret is in the log at its most talkative, in what Redis writes to its disk, or in an answer', async () => {
  const data = await temporaryDataDir()
  const simulator = await createSimulator()
  simulator.seed({ users: 3, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const receiver = await startEcho()
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_API_TOKEN: 'token-of-the-administrator-4711',
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '100ms,100ms',
      LOG_LEVEL: 'trace',
    },
  })
  onTestFinished(async () => {
    await ringpost.stop()
    await Promise.all([simulator.close(), receiver.close(), data.remove()])
  })
  const answers: string[] = []
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(ringpost.url + path, {
      method,
      headers: {
        authorization: 'Bearer token-of-the-administrator-4711',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    answers.push(text)
    return JSON.parse(text)
  }
  const [first, second] = [createSecret(), createSecret('ed25519')]
  const hidden = ['header-value-0815', second, 'sim_key', 'token-of-the-administrator-4711']
  await until(async () => (await api('GET', '/v1/sources/src_default')).state === 'live')
  const { id, secret } = await api('POST', '/v1/endpoints', {
    url: receiver.url,
    secret: first,
    headers: { authorization: 'Bearer header-value-0815' },
  })
  expect(secret).toBe(first)
  // The one answer that has it, beside that of GET /secret.
  answers.pop()
  await api('POST', `/v1/endpoints/${id}/rotate-secret`, { secret: second })
  await api('PATCH', `/v1/endpoints/${id}`, { headers: { 'x-other': 'header-value-0815' } })
  await api('POST', `/v1/endpoints/${id}/rotate-secret`, { secret: `${second}!` })
  await api('PATCH', `/v1/endpoints/${id}`, { headers: { 'x-other': 'header-value-0815\n' } })
  simulator.call({ user_id: 'someone' })
  await until(() => receiver.requests.length === 2)
  expect(receiver.requests[0]).toMatchObject({ 'x-other': 'header-value-0815' })
  const [delivery] = await until(async () => {
    const { data: list } = await api('GET', `/v1/deliveries?endpoint_id=${id}&status=succeeded`)
    return list.length > 0 && list
  })
  const shown = await api('GET', `/v1/deliveries/${delivery.id}`)
  expect(shown.attempts).toHaveLength(2)
  expect(shown.attempts[0].response.body).toContain('"x-other":"••••"')
  await api('GET', '/v1/events')
  await api('GET', '/v1/endpoints')
  await ringpost.stop()

  const log = ringpost.output()
  expect(log).toContain('"attempt"')
  const disk = await filesIn(await redisFolderOf(data.dataDir))
  expect(disk).toContain(id)
  // Without their prefixes, the two secrets would be found in another form as well.
  for (const one of [...hidden, ...[first, second].map((text) => text.slice(6))]) {
    expect(log, `the log holds ${one}`).not.toContain(one)
    expect(answers.join('\n'), `an answer holds ${one}`).not.toContain(one)
    expect(disk, `Redis holds ${one}`).not.toContain(one)
  }
})

/** A receiver that answers with the headers that it was sent, first as an error. */
async function startEcho() {
  const requests: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    request.resume()
    requests.push(request.headers)
    const { authorization = '' } = request.headers
    const status = requests.length === 1 ? 500 : 200
    response.writeHead(status, { 'x-echo': authorization }).end(JSON.stringify(request.headers))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function filesIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile())
  return (
    await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))
  ).join('')
}

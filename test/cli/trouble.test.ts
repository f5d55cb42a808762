import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startTestApi, TOKEN } from '../api/support.ts'
import { until } from '../support/until.ts'
import { ringpost } from './cli.ts'
import { startService } from './service.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname

/** What listens on a port of this machine for the time of the test. */
async function startServer(type: string, body: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts a command whose output nobody reads after its first piece, as `| head -1` does. */
function startIntoHead(url: string, args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, RINGPOST_URL: url, RINGPOST_API_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const read = once(child.stdout, 'data').then(([chunk]) => {
    child.stdout.destroy()
    return String(chunk)
  })
  const ended = Promise.all([text(child.stderr), once(child, 'exit')])
  return { read, ended: ended.then(([stderr, [code, signal]]) => ({ stderr, code, signal })) }
}

const QUIET = { stderr: '', code: 0, signal: null }

test('a port that is taken is a sentence for the simulator, too', async () => {
  const port = new URL(await startServer('text/plain', '')).port
  const { code, stderr } = await ringpost('', ['simulate', '--port', port])
  expect([code, stderr]).toEqual([
    1,
    `It cannot listen on 127.0.0.1:${port}: the port is taken; --port 0 picks a free one.\n`,
  ])
})

test.each([
  [['listen', '--port', '99999'], 'a port from 0 to 65535'],
  [['simulate', '--port', '99999'], 'a port from 0 to 65535'],
  [['simulate', '--port', 'x'], 'a port from 0 to 65535'],
  [['simulate', '--port', '0', '--every', '0'], 'a whole number from 1'],
])('%j is wrong usage', async (args, said) => {
  const { code, stderr } = await ringpost('http://127.0.0.1:1', args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
})

test('what is not ringpost’s API is named with the address that was asked', async () => {
  const api = await startTestApi()
  const page = await startServer('text/html', '<!doctype html><title>Sign in</title>')
  for (const url of [page, `${page}/dashboard`]) {
    for (const args of [
      ['sources', 'list'],
      ['events', 'tail'],
    ]) {
      const { code, stderr } = await ringpost(url, args)
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^That is not ringpost's API: \S+ answered 200 with text\/html\. RINGPOST_URL .*\n$/,
      )
      expect(stderr).toContain(`${url}/v1/`)
    }
  }
  expect((await ringpost(await startServer('text/plain', 'ok'), ['sources', 'list'])).stderr).toContain(
    "not ringpost's API",
  )
  expect((await ringpost(api.url, ['sources', 'show', 'src_none'])).stderr).not.toContain("ringpost's API")
})

test('a RINGPOST_URL that cannot be right is told, and how it is wrong', async () => {
  const api = await startTestApi()
  const said = async (url: string) => {
    const { code, stderr } = await ringpost(url, ['sources', 'list'])
    expect([code, stderr.split('\n').length]).toEqual([1, 2])
    return stderr
  }
  expect(await said('foo')).toMatch(/RINGPOST_URL \(foo\) is wrong: it must be a complete http or https URL/)
  expect(await said('ftp://127.0.0.1')).toMatch(/must be a complete http or https URL/)
  expect(await said(`${api.url}/v1`)).toMatch(`is wrong: it ends before /v1, as ${api.url}.`)
  expect(await said(`${api.url}/v1/`)).toMatch(`is wrong: it ends before /v1, as ${api.url}.`)
  const https = api.url.replace('http:', 'https:')
  expect(await said(https)).toContain(`What answers at ${https} speaks http and not https`)
})

test('a list whose reader has gone ends quietly', async () => {
  const api = await startTestApi()
  for (let i = 0; i < 100; i++) {
    const body = { url: `https://hooks.example.com/${'x'.repeat(1_900)}${i}` }
    await api.post('/v1/endpoints', body)
  }
  const list = startIntoHead(api.url, ['endpoints', 'list', '--json', '--limit', '100'])
  await list.read
  expect(await list.ended).toEqual(QUIET)
})

test('what prints as things happen ends once nobody reads it, and listen deletes its endpoint', {
  timeout: 120_000,
}, async () => {
  const service = await startService()
  const source = async () => (await service.api('GET', '/v1/sources')).data[0]
  await until(async () => (await source()).state === 'live')
  const endpoints = async () => (await service.api('GET', '/v1/endpoints')).data.length
  const commands = [
    ['events', 'tail'],
    ['events', 'tail', '--json'],
    ['listen', '--port', '0'],
  ].map((args) => startIntoHead(service.url, args))
  await until(async () => (await endpoints()) === 1)
  let calls = 0
  const over = Promise.all(commands.map(({ ended }) => ended))
  const done = over.then(() => true)
  // Each needs something to print before it and after it has lost its reader.
  while (!(await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500, false))]))) {
    service.simulator.call({ user_id: `caller-${calls++}` })
  }
  expect(await over).toEqual([QUIET, QUIET, QUIET])
  expect(await endpoints()).toBe(0)
})

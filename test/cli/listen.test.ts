import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret } from '../../src/deliver/sign.ts'
import { freePort } from '../support/free-port.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { ringpost, startCommand } from './cli.ts'
import { startService } from './service.ts'

test('a receiver of its own hears what happens, verifies it, and is gone when it ends', async () => {
  const service = await startService()
  await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'live')
  const listener = await startCommand(service.url, ['listen', '--port', '0'])
  const [, url, id] = /Listening at (\S+) as endpoint (ep_\w+)/.exec(listener.output()) ?? []
  expect(await service.api('GET', `/v1/endpoints/${id}`)).toMatchObject({ url, event_types: ['*'] })
  expect(listener.output()).toMatch(/signing secret: whsec_\S+/)

  service.simulator.call({ user_id: '+15550100' })
  await until(() => listener.output().includes('+15550100 (0 → 1)'))
  const line = listener.output().trimEnd().split('\n').at(-1)
  expect(line).toMatch(/^\d\d:\d\d:\d\d {2}✓ user\.created +\+15550100 \(0 → 1\) {2}evt_\w{32} {2}→ 204$/)

  const stranger = await fetch(url ?? '', { method: 'POST', body: '\u001b[2J' })
  expect([stranger.status, await stranger.text()]).toEqual([401, expect.stringContaining('webhook-id')])
  await until(() => listener.output().includes('The header webhook-id is missing.'))
  expect(listener.output()).not.toContain('\u001b')

  expect(await listener.stop()).toBe(0)
  expect((await service.api('GET', `/v1/endpoints/${id}`)).code).toBe('not_found')
})

test('it passes webhooks on as they came, answers as the application does, and shows what is repeated', async () => {
  const service = await startService({ RINGPOST_RETRY_SCHEDULE: '1ms,1ms' })
  await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'live')
  const application = await startTestReceiver()
  onTestFinished(() => application.close())
  let asked = 0
  application.answer(() => (++asked === 1 ? 503 : 202))
  const secret = createSecret()
  const args = ['listen', '--port', '0', '--json', '--forward-to', application.url, '--secret', secret]
  const listener = await startCommand(service.url, [...args, '--types', 'user.created'])
  const [{ endpoint_id, secret: shown }] = listener.entries()
  expect(shown).toBe(secret)

  service.simulator.call({ user_id: 'ünï' })
  const [, first, second] = await until(() => listener.entries().length === 3 && listener.entries())
  expect(first).toMatchObject({ kind: 'webhook', verified: true, times: 1, answered: 503 })
  expect(second).toMatchObject({ times: 2, answered: 202, event: { data: { user: { user_id: 'ünï' } } } })
  const [webhook] = application.webhooks
  // Byte for byte, with the headers that the application verifies by.
  expect(
    new Webhook(secret).verify(webhook?.body ?? '', webhook?.headers as Record<string, string>),
  ).toMatchObject({ type: 'user.created' })
  const { data } = await service.api('GET', `/v1/deliveries?endpoint_id=${endpoint_id}`)
  const delivery = await service.api('GET', `/v1/deliveries/${data[0].id}`)
  expect(delivery.attempts.map((one: { response: object }) => one.response)).toMatchObject([
    { status: 503, body: 'seen' },
    { status: 202 },
  ])

  await application.close()
  const tried = await ringpost(service.url, ['trigger', 'user.created', '--json'])
  expect(tried.code).toBe(1)
  await until(() => listener.entries().length === 4)
  expect(listener.entries().at(-1)).toMatchObject({
    answered: 502,
    forwarded: { error: expect.stringContaining('refused the connection') },
  })
})

test('--answer breaks it on purpose; what a killed one left is replaced', async () => {
  const service = await startService()
  const port = await freePort()
  const args = ['listen', '--port', String(port)]
  const killed = await startCommand(service.url, args)
  await killed.stop('SIGKILL')
  expect((await service.api('GET', '/v1/endpoints')).data).toHaveLength(1)
  const listener = await startCommand(service.url, [...args, '--answer', '503', '--body'])
  const { data } = await service.api('GET', '/v1/endpoints')
  expect(data).toHaveLength(1)
  const tried = await ringpost(service.url, ['trigger', 'user.returned', '--endpoint', data[0].id])
  expect([tried.code, tried.stdout]).toEqual([1, expect.stringContaining('answered 503')])
  await until(() => /→ 503[\s\S]*"conversation_count": 4/.test(listener.output()))
})

test('without a server it verifies with a secret of one’s own', async () => {
  const secret = createSecret()
  const nowhere = 'http://127.0.0.1:1'
  const args = ['listen', '--port', '0', '--no-subscribe', '--secret', secret]
  const listener = await startCommand(nowhere, args)
  const [url = ''] = /http:\S+\//.exec(listener.output()) ?? []
  const send = (key: string) => ringpost(nowhere, ['trigger', 'user.created', '--url', url, '--secret', key])
  expect((await send(secret)).code).toBe(0)
  expect(await send(createSecret())).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('answered 401'),
  })
  await until(() => listener.output().includes('No signature fits'))
  expect(await listener.stop('SIGTERM')).toBe(0)
})

test('--endpoint verifies for an endpoint that there is, and leaves it', async () => {
  const service = await startService()
  const made = await service.api('POST', '/v1/endpoints', { url: 'https://tunnel.example.com/' })
  const listener = await startCommand(service.url, ['listen', '--port', '0', '--endpoint', made.id])
  expect(listener.output()).toContain(made.secret)
  await listener.stop()
  expect((await service.api('GET', `/v1/endpoints/${made.id}`)).id).toBe(made.id)
})

test('what stands in its way is a sentence that says what to do', async () => {
  const service = await startService({ RINGPOST_ALLOW_NETWORKS: '' })
  const blocked = await ringpost(service.url, ['listen', '--port', '0'])
  expect([blocked.code, blocked.stderr]).toEqual([
    1,
    expect.stringMatching(/RINGPOST_ALLOW_NETWORKS=127\.0\.0\.0\/8[\s\S]*--url/),
  ])
  const far = await ringpost('http://ringpost.example.com', ['listen', '--port', '0'])
  expect([far.code, far.stderr]).toEqual([2, expect.stringMatching(/not on this machine.*--url/)])
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await until(() => server.listening)
  const { port } = server.address() as AddressInfo
  const taken = await ringpost(service.url, ['listen', '--port', String(port)])
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringMatching(/port is taken; --port 0/)])
  const wrong = await ringpost(service.url, ['listen', '--port', '0', '--secret', 'abc'])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('whsec_')])
  for (const args of [
    ['--no-subscribe'],
    ['--forward-to', 'localhost:3000'],
    ['--answer', '99'],
    ['--answer', '503', '--forward-to', 'http://127.0.0.1:1/'],
    ['--endpoint', 'ep_1', '--secret', 'whsec_'],
  ]) {
    expect((await ringpost(service.url, ['listen', ...args])).code, args.join(' ')).toBe(2)
  }
})

import { expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { ringpost, startCommand } from './cli.ts'
import { startService } from './service.ts'

/** What a new user does, with the commands that --help names and nothing else. */
test('add a source and an endpoint, hear a test, break the receiver, see the retries, recover', async () => {
  const service = await startService({
    ELEVENLABS_API_KEY: '',
    RINGPOST_DEMO: 'false',
    RINGPOST_RETRY_SCHEDULE: '1s,1s',
  })
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await ringpost(service.url, args)
    expect([code, stderr], args.join(' ')).toEqual([0, ''])
    return stdout
  }
  const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'))

  const base = ['--base-url', service.simulator.url, '--interval', '1s']
  const { id: source } = await json('sources', 'add', 'support', '--key', 'sim_key', ...base)
  await until(async () => (await json('sources', 'show', source)).state === 'live')
  const port = String(await freePort())
  const added = await run('endpoints', 'add', `http://127.0.0.1:${port}/`, '--types', 'user.created')
  const [endpoint = ''] = /ep_\w+/.exec(added) ?? []
  const listen = ['listen', '--port', port, '--endpoint', endpoint]

  const good = await startCommand(service.url, listen)
  const triggered = await run('trigger', 'user.created')
  const [delivery = ''] = /dlv_\w+/.exec(triggered) ?? []
  await until(() => /✓ user\.created .*→ 204/.test(good.output()))
  expect(await run('deliveries', 'show', delivery)).toContain('answered 204')
  await good.stop()

  const broken = await startCommand(service.url, [...listen, '--answer', '503'])
  service.simulator.call({ user_id: '+15550100' })
  await until(() => /\+15550100 .*\(time 3\) {2}→ 503/.test(broken.output()))
  const failed = await until(async () => {
    const { data } = await json('deliveries', 'list', '--endpoint', endpoint, '--status', 'failed')
    return data[0]
  })
  expect(failed.attempts).toHaveLength(3)
  expect((await ringpost(service.url, ['endpoints', 'list'])).stdout).toContain('failing')
  await broken.stop()

  const mended = await startCommand(service.url, listen)
  expect(await run('endpoints', 'recover', endpoint, '--since', '2020-01-01')).toMatch(/^1 are queued/)
  await until(() => /✓ user\.created .*\+15550100.*→ 204/.test(mended.output()))
  await mended.stop()
  await until(async () => (await json('deliveries', 'show', failed.id)).status === 'succeeded')
})

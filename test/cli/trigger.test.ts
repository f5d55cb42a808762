import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret } from '../../src/deliver/sign.ts'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { ringpost } from './cli.ts'
import { startService } from './service.ts'

async function receivers<const Names extends readonly string[]>(...names: Names) {
  const made = await Promise.all(names.map(async () => startTestReceiver()))
  for (const receiver of made) onTestFinished(() => receiver.close())
  return made
}

test('it goes to every enabled endpoint that such an event would go to, and is in the log', async () => {
  const service = await startService()
  const [wants, filtered, other, off] = await receivers('wants', 'filtered', 'other', 'off')
  const add = async (receiver: { url: string } | undefined, more: object) =>
    (await service.api('POST', '/v1/endpoints', { url: receiver?.url, ...more })).id as string
  const id = await add(wants, {})
  await add(filtered, { filter: { 'data.user.user_id': ['+15550100'] } })
  await add(other, { event_types: ['source.*'] })
  await add(off, { enabled: false })
  const heard = () => [wants, filtered, other, off].map((receiver) => receiver?.webhooks.length)

  const one = await ringpost(service.url, ['trigger', 'user.created'])
  expect(one).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('answered 204') })
  expect(heard()).toEqual([1, 0, 0, 0])
  const override = ['--override', 'data.user.user_id=+15550100', '-o', 'data.user.sentiment={"a":"="}']
  const two = await ringpost(service.url, ['trigger', 'user.created', ...override])
  expect([two.code, two.stdout]).toEqual([0, expect.stringMatching(/^ENDPOINT.*\n(ep_.*\n){2}$/)])
  expect(heard()).toEqual([2, 1, 0, 0])
  expect(filtered?.webhooks[0]?.event.data).toMatchObject({
    sample: true,
    user: { user_id: '+15550100', sentiment: { a: '=' } },
  })
  expect((await ringpost(service.url, ['trigger', 'ringpost.test'])).code).toBe(0)
  expect(heard()).toEqual([3, 2, 1, 0])
  const { data } = await service.api('GET', `/v1/deliveries?endpoint_id=${id}`)
  expect(data.map(({ event_type }: { event_type: string }) => event_type).sort()).toEqual([
    'ringpost.test',
    'user.created',
    'user.created',
  ])

  wants?.answer(() => 500)
  const failed = await ringpost(service.url, ['trigger', 'user.removed', '--endpoint', id, '--json'])
  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.stdout).data).toMatchObject([{ endpoint_id: id, status: 'failed' }])
  const none = await ringpost(service.url, ['trigger', 'endpoint.failing'])
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringMatching(/No enabled endpoint.*--endpoint.*listen/),
  ])
})

test('a text that looks like a number stays a text, a number stays a number, and nonsense is refused unsent', async () => {
  const [receiver] = await receivers('one')
  const url = receiver?.url ?? ''
  const trigger = (...args: string[]) =>
    ringpost('http://127.0.0.1:1', ['trigger', 'user.created', '--url', url, ...args])
  const good = await trigger(
    ...['-o', 'data.user.user_id=15550100', '-o', 'data.user.conversation_count=3'],
    ...['-o', 'data.user.last_contact_agent_name=null'],
  )
  expect(good.code).toBe(0)
  expect(receiver?.webhooks[0]?.event.data.user).toMatchObject({
    user_id: '15550100',
    conversation_count: 3,
    last_contact_agent_name: null,
  })
  for (const override of ['data.user.naem=x', 'data.user.conversation_count=many', 'id=x']) {
    expect(await trigger('-o', override)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`error: --override ${override.split('=')[0]} `),
    })
  }
  expect(receiver?.webhooks).toHaveLength(1)
  for (const args of [
    ['-o', 'data'],
    ['--url', 'x'],
    ['--endpoint', 'ep_1'],
  ]) {
    expect((await trigger(...args)).code, args.join(' ')).toBe(2)
  }
  expect((await ringpost(url, ['trigger', 'user.creatd'])).code).toBe(2)
  expect((await ringpost(url, ['trigger', 'user.created', '--secret', 'whsec_'])).code).toBe(2)
})

test('to a URL it is signed, and its secret is shown where it is new', async () => {
  const [receiver] = await receivers('one')
  const url = receiver?.url ?? ''
  const verify = (secret: string) => {
    const webhook = receiver?.webhooks.at(-1)
    return new Webhook(secret).verify(webhook?.body ?? '', webhook?.headers as Record<string, string>)
  }
  const args = ['trigger', 'user.returned', '--url', url]
  const shown = await ringpost('http://127.0.0.1:1', args)
  expect(verify(/whsec_\S+/.exec(shown.stdout)?.[0] ?? '')).toMatchObject({ type: 'user.returned' })
  const secret = createSecret()
  const given = await ringpost('http://127.0.0.1:1', [...args, '--secret', secret])
  expect(given.stdout).not.toContain(secret)
  verify(secret)
  receiver?.answer(() => 302)
  const json = await ringpost('http://127.0.0.1:1', [...args, '--json'])
  expect([json.code, JSON.parse(json.stdout)]).toEqual([
    1,
    expect.objectContaining({
      response: expect.objectContaining({ status: 302 }),
      error: expect.objectContaining({ code: 'redirect' }),
    }),
  ])
})

test('its help names every type', async () => {
  const { stdout } = await ringpost('http://127.0.0.1:1', ['trigger', '--help'])
  for (const type of EVENT_TYPES) expect(stdout).toContain(`  ${type} `)
})

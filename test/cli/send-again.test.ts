import { expect, onTestFinished, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import { deliveryOf, startTestApi, userEvent } from '../api/support.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { ringpost } from './cli.ts'
import { failingEndpoint } from './failing-endpoint.ts'

test('test shows the attempt, and fails where the endpoint does', async () => {
  const api = await startTestApi()
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const { id } = await api.addLocalEndpoint(receiver.url)
  const good = await ringpost(api.url, ['endpoints', 'test', id, '--type', 'user.created'])
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toContain('answered 204')
  expect(receiver.webhooks[0]?.event).toMatchObject({ type: 'user.created', data: { sample: true } })
  receiver.answer(() => 503)
  const bad = await ringpost(api.url, ['endpoints', 'test', id, '--json'])
  expect(bad.code).toBe(1)
  expect(JSON.parse(bad.stdout)).toMatchObject({ event_type: 'ringpost.test', status: 'failed' })
})

test('replay, retry and recover queue what they say', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  const { id } = await api.addEndpoint()
  const event = userEvent('src_a', 'u1')
  const place = await api.addEvent('src_a', event, `${api.clock.now}-*`)
  const delivery = deliveryId(event.id, id)
  await api.log.accept(id, [deliveryOf(event, 'src_a', place)], {
    code: 'endpoint_disabled',
    message: 'Off.',
  })

  const recover = (...args: string[]) =>
    ringpost(api.url, ['endpoints', 'recover', id, '--since', '2026-11-01', ...args])
  expect((await recover('--dry-run')).stdout).toMatch(/^1 would be queued: 0 failed, 1 skipped/)
  expect(JSON.parse((await recover('--only', 'failed', '--json')).stdout).queued).toBe(0)
  expect((await recover()).stdout).toMatch(/^1 are queued/)
  expect((await ringpost(api.url, ['endpoints', 'recover', id])).code).toBe(2)
  // A duration is a time that long ago.
  expect((await recover('--until', '9999d', '--since', '10000d')).stdout).toMatch(/^0 are queued/)
  expect(await recover('--since', '1h30m')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('only one of each, 90m for an hour and a half'),
  })

  const retried = await ringpost(api.url, ['deliveries', 'retry', delivery])
  expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining('is queued') })
  const replayed = await ringpost(api.url, ['events', 'replay', event.id])
  expect(replayed.stdout).toContain(`queued to ${id} as ${delivery}`)
  expect(await ringpost(api.url, ['events', 'replay', event.id, '--endpoint', 'ep_none'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ep_none'),
  })
  expect(api.woken).toEqual([id, id, id])
  expect(await api.dueAt(id)).toEqual([delivery])
  const listed = await ringpost(api.url, ['deliveries', 'list', '--type', 'user.*', '--json'])
  expect(JSON.parse(listed.stdout).data).toHaveLength(1)
})

test('recover says how many it leaves alone, for they are on their way', async () => {
  const api = await startTestApi()
  const { id } = await failingEndpoint(api, { newer: 2 })
  const recover = (...args: string[]) =>
    ringpost(api.url, ['endpoints', 'recover', id, '--since', '2026-11-01', '--only', 'failed', ...args])
  for (const [args, verb] of [
    [['--dry-run'], 'would be'],
    [[], 'are'],
  ] as const) {
    expect((await recover(...args)).stdout).toBe(
      `0 ${verb} queued: 0 failed, 0 skipped, 0 succeeded, 0 without a delivery. Left alone, for they are on their way: 2 pending, 1 retrying.\nThose that are retrying: "ringpost endpoints recover ${id} --since 7d --retrying" attempts them now\n`,
    )
  }
})

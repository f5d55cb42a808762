import { expect, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { startTestApi } from '../api/support.ts'
import { ringpost } from './cli.ts'

test('a backfill is counted, begun, told and stopped', { timeout: 90_000 }, async () => {
  const api = await startTestApi()
  const { id: source } = await api.addSource('src_a')
  for (const user of ['u1', 'u2']) {
    const snapshot = newSnapshot({
      count: user === 'u1' ? 1 : 7,
      last_contact: 2,
      first_contact: 1,
      epoch: 0,
    })
    await api.redis.hset(api.keys.source(source).users(user), user, packSnapshot(snapshot))
  }
  await api.redis.hset(api.keys.source(source).state, 'known_users', 2)
  const { id } = await api.addEndpoint()
  const backfill = (...args: string[]) => ringpost(api.url, ['endpoints', 'backfill', id, ...args])
  expect(await backfill('--status')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no backfill'),
  })
  expect((await backfill('--filter', 'null', '--dry-run')).stdout).toContain('2 of 2 users would be queued.')
  expect((await backfill()).stdout).toContain('running: 0 of 2 users looked at')
  await api.backfill.run(id, new AbortController().signal)
  expect(JSON.parse((await backfill('--status', '--json')).stdout)).toMatchObject({
    state: 'done',
    queued: 2,
  })
  expect((await backfill('--stop')).stdout).toContain('Nobody more')
})

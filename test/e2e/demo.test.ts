import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('without a key the demo prints verified webhooks, and Ctrl-C leaves no process behind', async () => {
  const data = await temporaryDataDir()
  const ringpost = await startRingpost({ dataDir: `${data.dataDir}`, env: {}, privateRedis: true })
  try {
    expect(ringpost.output()).toContain('DEMO DATA')
    expect(ringpost.output()).toMatch(/shown this once: rp_\S+/)
    await until(() => ringpost.output().split('✓ verified').length > 2)
    expect(ringpost.output()).toMatch(/called for the first time|called again: \d+ → \d+/)
    expect(ringpost.output()).not.toContain('✗')

    const { Redis } = await import('ioredis')
    const redis = new Redis({ path: `${data.dataDir}/demo/redis.sock` })
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
    redis.disconnect()
    expect(isAlive(pid)).toBe(true)
    expect(await ringpost.stop('SIGINT')).toBe(0)
    expect(ringpost.output()).toContain('Stopped.')
    await until(() => !isAlive(pid))
  } finally {
    await ringpost.stop('SIGKILL')
    await data.remove()
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RedisNode } from '../../src/redis/client.ts'
import { connectSocket } from '../../src/redis/connect.ts'
import { probeRedis } from '../../src/redis/redis-socket.ts'
import { until } from '../support/until.ts'

/** A redis-server of this test's own; the default has an append-only file. */
export async function startServer(...settings: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'check-'))
  const path = join(dir, 's')
  const basics = { port: '0', dir, unixsocket: path, appendonly: 'yes', save: '' }
  const all = [...Object.entries(basics).flatMap(([name, value]) => [`--${name}`, value]), ...settings]
  const child = spawn('redis-server', all, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(dir, { recursive: true, force: true })
  })
  await until(async () => (await probeRedis(path)) === 'ready')
  return path
}

export function client(path: string, options: { username?: string; password?: string } = {}): RedisNode {
  const redis = connectSocket(path, 'test', options)
  redis.on('error', () => {})
  onTestFinished(() => redis.disconnect())
  return redis
}

/** In front of a server; changes what it says. A change must keep the length. */
export async function behindProxy(path: string, change: (reply: string) => string): Promise<string> {
  const front = `${path}-proxy`
  const proxy = createServer((socket) => {
    const behind = connect(path)
    behind.on('data', (data) => socket.write(change(data.toString('latin1')), 'latin1'))
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('error', () => {}).on('close', () => behind.destroy())
    socket.pipe(behind)
  }).listen(front)
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return front
}

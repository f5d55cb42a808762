import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { RedisNode } from '../../src/redis/client.ts'
import { connectSocket } from '../../src/redis/connect.ts'
import { startPrivateRedis } from '../../src/redis/private-server.ts'
import { blocksOf } from '../docs/commands.ts'
import { readPages } from '../docs/pages.ts'
import { until } from '../support/until.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)
const logger = pino({ level: 'silent' })

/** Where an operator stands: a clone, with the data folder in it. */
let clone: string

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'restore-'))
  await symlink(join(ROOT, 'deploy'), join(clone, 'deploy'))
  await mkdir(join(clone, 'data'))
  return () => rm(clone, { recursive: true, force: true, maxRetries: 10 })
})

const type = (script: string) => run('sh', ['-euc', script], { cwd: clone, timeout: 30_000 })

/** The private Redis of `npm start` there, while something is done with it. */
async function withPrivateRedis<T>(use: (redis: RedisNode) => Promise<T>): Promise<T> {
  const server = await startPrivateRedis({ dataDir: join(clone, 'data'), logger })
  onTestFinished(() => server.stop())
  const redis = connectSocket(server.socketPath, 'test')
  const result = await use(redis)
  redis.disconnect()
  await server.stop()
  return result
}

const backUp = () =>
  withPrivateRedis(async (redis) => {
    await redis.set('kept', 'as it was')
    await type('(umask 077; redis-cli -s data/redis.sock --rdb ringpost.rdb)')
    await redis.set('kept', 'changed since')
  })

async function openIn(folder: string, names: readonly string[]): Promise<string[]> {
  const modes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mode))
  return names.filter((_, i) => ((modes[i] ?? 0) & 0o077) !== 0)
}

test('the private Redis is restored by what docs/running.md has people type', {
  timeout: 60_000,
}, async () => {
  await backUp()
  const page = readPages().filter(({ path }) => path === 'docs/running.md')
  const block = page
    .flatMap(blocksOf)
    .find(({ commands }) => commands.some(({ text }) => text.includes('ringpost.rdb data/redis')))
  const { stdout } = await type(block?.commands.map(({ text }) => text).join('\n') ?? 'false')
  expect(stdout).toMatch(/^restore: 1 keys\.\n$/)
  expect(await withPrivateRedis((redis) => redis.get('kept'))).toBe('as it was')
})

test('what docs/running.md has people type makes no backup that others can read, and restores none for them', {
  timeout: 60_000,
}, async () => {
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const page = await readFile(join(ROOT, 'docs/running.md'), 'utf8')
  const backups = page.split(/[\n`]/).filter((line) => / --rdb /.test(line))
  expect(backups).toHaveLength(3)
  for (const line of backups) expect(line).toContain('umask 077; redis-cli ')
  const ofNpmStart = backups.find((line) => line.includes('data/redis.sock')) ?? ''
  await withPrivateRedis(async (redis) => {
    await redis.set('kept', 'as it was')
    await type(ofNpmStart)
  })
  expect(await openIn(clone, ['ringpost.rdb'])).toEqual([])

  await mkdir(join(clone, 'data2'), { mode: 0o700 })
  await chmod(join(clone, 'ringpost.rdb'), 0o644)
  await type('sh deploy/restore.sh ringpost.rdb data2')
  const restored = await readdir(join(clone, 'data2'), { recursive: true })
  expect(restored).toContain('appendonlydir/appendonly.aof.manifest')
  expect(await openIn(join(clone, 'data2'), restored)).toEqual([])
})

test('what docs/running.md has people type writes the secrets for their owner alone', async () => {
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const commands = readPages()
    .filter(({ path }) => path === 'docs/running.md')
    .flatMap(blocksOf)
    .flatMap((block) => block.commands.map(({ text }) => text))
    .filter((text) => / \.env\b/.test(text))
  await type(commands.join('\n'))
  expect(await readFile(join(clone, '.env'), 'utf8')).toContain('RINGPOST_MASTER_KEY=')
  expect(await openIn(clone, ['.env'])).toEqual([])
})

test('a restore that fails says why, leaves the folder as it was, and can be tried again', {
  timeout: 60_000,
}, async () => {
  await backUp()
  await mkdir(join(clone, 'data2'))
  await writeFile(join(clone, 'data2', 'nodes.conf'), 'somebody else’s')
  const backup = await readFile(join(clone, 'ringpost.rdb'))
  await writeFile(join(clone, 'cut.rdb'), backup.subarray(0, backup.length / 2))

  const restore = (from: string) => type(`sh deploy/restore.sh ${from} data2`)
  await expect(restore('cut.rdb')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/EOF[\s\S]*restore: nothing was restored, and \S+data2 is as it was\./),
  })
  expect(await readdir(join(clone, 'data2'))).toEqual(['nodes.conf'])
  await expect(restore('missing.rdb')).rejects.toMatchObject({ code: 1 })
  expect(await readdir(join(clone, 'data2'))).toEqual(['nodes.conf'])

  expect((await restore('ringpost.rdb')).stdout).toBe('restore: 1 keys.\n')
  expect((await readdir(join(clone, 'data2'))).sort()).toEqual(['appendonlydir', 'nodes.conf'])
  await expect(restore('ringpost.rdb')).rejects.toMatchObject({
    stderr: expect.stringContaining('holds data already'),
  })
  expect(await readdir(join(clone, 'data2', 'appendonlydir'))).not.toEqual([])
})

/** A redis-server that is found first, and started otherwise than the script says. */
async function redisServer(before: string, more = ''): Promise<string> {
  const { stdout } = await type('command -v redis-server')
  const bin = join(clone, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'redis-server'), `#!/bin/sh\n${before}\nexec ${stdout.trim()} "$@" ${more}\n`, {
    mode: 0o755,
  })
  return `${bin}:${process.env.PATH}`
}

test('a restore ends where the disk has no room for what it writes', { timeout: 60_000 }, async () => {
  await withPrivateRedis(async (redis) => {
    await redis.set('kept', randomBytes(200_000))
    await type('redis-cli -s data/redis.sock --rdb ringpost.rdb')
  })
  await mkdir(join(clone, 'data2'))
  // Of each file that the server writes, and not of those that it reads (512 bytes each).
  const PATH = await redisServer('ulimit -f 100')
  await expect(
    run('sh', ['deploy/restore.sh', 'ringpost.rdb', 'data2'], {
      cwd: clone,
      env: { ...process.env, PATH },
      timeout: 30_000,
    }),
  ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was restored') })
  expect(await readdir(join(clone, 'data2'))).toEqual([])
})

test('a restore that is interrupted while it writes leaves neither a server nor a file', {
  timeout: 60_000,
}, async () => {
  await backUp()
  await mkdir(join(clone, 'data2'))
  // Half a minute for each key.
  const PATH = await redisServer('', '--rdb-key-save-delay 30000000')
  const child = spawn('sh', ['deploy/restore.sh', 'ringpost.rdb', 'data2'], {
    cwd: clone,
    env: { ...process.env, PATH },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const log = join(clone, 'data2', 'restore.log')
  await until(async () =>
    (await readFile(log, 'utf8').catch(() => '')).includes('append only file rewriting'),
  )
  const server = Number(/(\d+):M/.exec(await readFile(log, 'utf8'))?.[1])
  child.kill('SIGTERM')
  expect(await ended).toEqual([1, null])
  expect(() => process.kill(server, 0)).toThrow('ESRCH')
  expect(await readdir(join(clone, 'data2'))).toEqual([])
})

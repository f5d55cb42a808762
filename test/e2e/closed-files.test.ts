import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

const run = promisify(execFile)

/** What others than the owner may do with each thing below a folder, where there is anything. */
async function openBelow(folder: string): Promise<string[]> {
  const names = ['.', ...(await readdir(folder, { recursive: true }))]
  const open: string[] = []
  for (const name of names) {
    // A file of Redis may have got another name meanwhile.
    const found = await lstat(join(folder, name)).catch(() => null)
    if (found && (found.mode & 0o077) !== 0) open.push(`${name} ${(found.mode & 0o777).toString(8)}`)
  }
  return open
}

async function openUp(folder: string): Promise<void> {
  for (const name of ['.', ...(await readdir(folder, { recursive: true }))]) {
    const path = join(folder, name)
    await chmod(path, (await lstat(path)).isDirectory() ? 0o777 : 0o666)
  }
}

test('nothing in the data folder is open to others: neither where everything may be, nor where it was there before', {
  timeout: 120_000,
}, async () => {
  const umask = process.umask(0)
  const data = await temporaryDataDir()
  const simulator = await createSimulator()
  onTestFinished(async () => {
    process.umask(umask)
    await Promise.all([simulator.close(), data.remove()])
  })
  simulator.seed({ users: 20, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600 })
  await mkdir(join(data.dataDir, 'redis'))
  await mkdir(join(data.dataDir, 'demo', 'redis'), { recursive: true })
  await openUp(data.dataDir)
  const start = async (env: Record<string, string>) => {
    const ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: { RINGPOST_POLL_INTERVAL: '1s', ...env },
      privateRedis: true,
    })
    onTestFinished(async () => void (await ringpost.stop()))
    return ringpost
  }
  const polled = (folder: string) =>
    until(() =>
      readdir(join(folder, 'watermarks')).then(
        (names) => names.some((name) => name.endsWith('.json')),
        () => false,
      ),
    )
  const own = () => start({ ELEVENLABS_API_KEY: 'sim_key', ELEVENLABS_BASE_URL: simulator.url })
  const demo = () => start({})
  const starts: [start: () => Promise<Ringpost>, folder: string][] = [
    [demo, join(data.dataDir, 'demo')],
    [own, data.dataDir],
  ]
  for (const [begin, folder] of [...starts, ...starts]) {
    const ringpost = await begin()
    await polled(folder)
    expect(await openBelow(data.dataDir)).toEqual([])
    expect(ringpost.output()).toContain(`read ${data.dataDir} (mode 0777)`)
    expect(ringpost.output()).toContain('it is closed to them now')
    await ringpost.stop()
    expect(await openBelow(data.dataDir)).toEqual([])
    await openUp(data.dataDir)
  }
})

test('what is compiled is kept in a folder that nobody else can put anything into', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'cache-'))
  onTestFinished(() => rm(cache, { recursive: true }))
  await mkdir(join(cache, 'ringpost'))
  await chmod(join(cache, 'ringpost'), 0o777)
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
  await run(process.execPath, [main, '--version'], { env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache } })
  expect(await readdir(join(cache, 'ringpost'))).toContain('compiled')
  expect((await lstat(join(cache, 'ringpost'))).mode & 0o777).toBe(0o700)
})

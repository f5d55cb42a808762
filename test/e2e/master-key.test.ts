import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from '../redis/own-server.ts'
import { redisOf, startRingpost, temporaryDataDir } from './ringpost.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname

/** Runs a command as a person does: its exit code and both of its outputs. */
async function command(dataDir: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      RINGPOST_DATA_DIR: dataDir,
      RINGPOST_DEMO: 'false',
      ...(await redisOf(dataDir)),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}

test('ringpost master-key rotate: refused while it runs, done when it is stopped, and everything opens', async () => {
  const { dataDir, remove } = await temporaryDataDir()
  onTestFinished(remove)
  const env = { RINGPOST_DEMO: 'false' }
  const key = async () => (await readFile(join(dataDir, 'master-key'), 'utf8')).trim()

  const first = await startRingpost({ dataDir, env })
  onTestFinished(() => void first.stop('SIGKILL'))
  const made = await first.api<{ id: string; secret: string }>('POST', '/v1/endpoints', {
    url: 'https://hooks.example.com/',
    headers: { 'x-key': 'value' },
  })
  const old = await key()
  const refused = await command(dataDir, ['master-key', 'rotate'])
  expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^ringpost is running .+ stop all/) })
  expect(await key()).toBe(old)
  await first.stop()

  const done = await command(dataDir, ['master-key', 'rotate', '--json'])
  expect(done).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(done.out)).toEqual({ records: 1, key: 'file' })
  expect(await key()).not.toBe(old)
  const said = await command(dataDir, ['master-key', 'rotate'])
  expect(said.out).toMatch(/^Sources and endpoints that are encrypted .+: 1\. The new key is in master-key\./)
  expect(said.out + done.out + refused.err).not.toMatch(
    new RegExp(`${old}|${await key()}`.replaceAll('+', '\\+')),
  )

  const second = await startRingpost({ dataDir, env })
  onTestFinished(() => void second.stop('SIGKILL'))
  const shown = await second.api('GET', `/v1/endpoints/${made.body.id}/secret`)
  expect(shown).toEqual({ status: 200, body: { secret: made.body.secret, public_key: null } })
  expect(await second.stop()).toBe(0)
})

test('what is to be said of Redis does not stand in the answer', async () => {
  const { dataDir, remove } = await temporaryDataDir()
  onTestFinished(remove)
  const REDIS_URL = `unix://${await startServer('--appendonly', 'no')}`
  const { code, out, err } = await command(dataDir, ['master-key', 'rotate', '--json'], { REDIS_URL })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ records: 0, key: 'file' })
  expect(err).toContain('Redis keeps nothing on disk')
})

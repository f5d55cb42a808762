import { randomBytes } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MASTER_KEY_CONTEXT } from '../../src/secrets/check-master-key.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { startTestApi, type TestApi } from './support.ts'

interface Found {
  check: string
  status: string
  message: string
  fix: string | null
}

async function look(api: TestApi): Promise<Found[]> {
  const { status, json } = await api.get('/v1/checks')
  expect(status).toBe(200)
  return json.checks
}

const of = (found: Found[], check: string) => found.filter((one) => one.check === check)

test('GET /v1/checks tells what a process that runs stands on', async () => {
  const api = await startTestApi()
  const seal = (vault: TestApi['vault']) =>
    api.redis.set(api.keys.masterKeyCheck, vault.seal('ringpost', MASTER_KEY_CONTEXT))
  await seal(api.vault)
  const well = await look(api)
  expect(of(well, 'data folder')).toMatchObject([{ status: 'ok', fix: null }])
  expect(of(well, 'master key')).toMatchObject([
    { status: 'ok', message: expect.stringContaining('comes from RINGPOST_MASTER_KEY') },
  ])
  expect(of(well, 'clock')).toMatchObject([{ status: 'ok' }])
  expect(of(well, 'redis')).toHaveLength(1)
  expect(of(well, 'configuration file')).toEqual([])
  expect((await api.get('/v1/checks', { token: null })).status).toBe(401)

  await writeFile(join(api.dataDir, 'api-token'), 'rp_x\n')
  await chmod(join(api.dataDir, 'api-token'), 0o644)
  await seal(createVault(randomBytes(32), []))
  api.state.clockAheadMs = -400_000
  const ill = await look(api)
  expect(of(ill, 'data folder')).toMatchObject([
    { status: 'warning', fix: expect.stringMatching(/^chmod 600/) },
  ])
  expect(of(ill, 'master key')).toMatchObject([
    { status: 'problem', message: expect.stringContaining('another master key') },
  ])
  expect(of(ill, 'clock')).toMatchObject([
    { status: 'problem', message: expect.stringContaining('400 s behind that of Redis') },
  ])
  api.state.clockAheadMs = 40_000
  expect(of(await look(api), 'clock')).toMatchObject([{ status: 'warning' }])
})

import { expect, test } from 'vitest'
import { startTestApi } from '../api/support.ts'
import { ringpost } from './cli.ts'

test('rotate-secret prints the new secret and until when the old one is valid', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  const valid = async () => api.endpoints.target(await api.endpoints.get(id)).secrets
  const [first] = await valid()
  const rotate = (...args: string[]) => ringpost(api.url, ['endpoints', 'rotate-secret', id, ...args])
  const { code, stdout, stderr } = await rotate('--overlap', '2h')
  expect([code, stderr]).toEqual([0, ''])
  const [second = ''] = await valid()
  expect(await valid()).toEqual([second, first])
  expect(stdout).toContain(second)
  expect(stdout).toMatch(/valid until\s+2026-11-23 12:00:00/)

  const { stdout: json } = await rotate('--signing', 'ed25519', '--overlap', '0s', '--json')
  expect(JSON.parse(json)).toMatchObject({
    secret: null,
    public_key: expect.stringMatching(/^whpk_/),
    valid_secrets: 1,
    overlap_until: null,
  })
  expect(json).not.toContain('whsk_')
})

test('rotate-secret refuses what is wrong: usage with 2 and a sentence', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  const usage = await ringpost(api.url, ['endpoints', 'rotate-secret', id, '--signing', 'rsa'])
  expect(usage.code).toBe(2)
  const overlap = await ringpost(api.url, ['endpoints', 'rotate-secret', id, '--overlap', '24'])
  expect(overlap).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: --overlap must be a whole number and/),
  })
})

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROLES } from '../../src/config/schema.ts'
import { readCompose } from './compose.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)
const SECRETS = { RINGPOST_API_TOKEN: 'test-token-5f1d9c3ab27e', RINGPOST_MASTER_KEY: 'a'.repeat(64) }

test('docker-compose.yml passes its linter, which knows the schema of the Compose Specification', async () => {
  const lint = (file: string) =>
    run(
      process.execPath,
      ['node_modules/.bin/dclint', '-c', 'test/deploy/dclint.json', '--max-warnings', '0', file],
      {
        cwd: ROOT,
      },
    )
  await lint('docker-compose.yml')
  const folder = await mkdtemp(join(tmpdir(), 'compose-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const wrong = (await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')).replace('read_only:', 'readonly:')
  await writeFile(join(folder, 'docker-compose.yml'), wrong)
  await expect(lint(join(folder, 'docker-compose.yml'))).rejects.toMatchObject({ code: 1 })
})

test('it does not start without secrets of the operator’s own', () => {
  expect(() => readCompose({})).toThrow(/RINGPOST_\w+: put one into \.env/)
  expect(() => readCompose({ RINGPOST_API_TOKEN: SECRETS.RINGPOST_API_TOKEN })).toThrow(/RINGPOST_MASTER_KEY/)
})

test('Redis keeps what it is given, refuses to forget, and cannot be reached from elsewhere', () => {
  const { services, volumes, networks } = readCompose(SECRETS)
  const { redis } = services
  const settings = redis?.command?.join(' ')
  expect(settings).toContain('--appendonly yes')
  expect(settings).toContain('--maxmemory-policy noeviction')
  expect(settings).toMatch(/--maxmemory \d+(mb|gb)/)
  expect(redis?.volumes).toEqual(['redis:/data'])
  expect(volumes).toHaveProperty('redis')
  expect(redis?.ports).toBeUndefined()
  expect(redis?.networks).toEqual(['redis'])
  expect(networks.redis).toEqual({ internal: true })
})

test('every ringpost has a read-only root, no capabilities, and time to finish what is under way', () => {
  const { redis: _, ...others } = readCompose(SECRETS).services
  expect(Object.keys(others)).toEqual(['ringpost', 'poll', 'relay', 'deliver'])
  for (const service of Object.values(others)) {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      stop_grace_period: '60s',
      volumes: ['data:/data'],
    })
  }
  const ports = Object.values(others).flatMap((service) => service.ports ?? [])
  expect(ports).toEqual(['127.0.0.1:7464:7464'])
})

test('one process plays every role, and the scaled profile splits them with none left out', () => {
  const one = readCompose(SECRETS).services
  const alone = Object.values(one).filter(({ profiles }) => profiles === undefined)
  expect(alone.map(({ environment }) => environment?.RINGPOST_ROLES)).toEqual([undefined, ROLES.join(',')])
  const split = readCompose({ ...SECRETS, COMPOSE_PROFILES: 'scaled', RINGPOST_ROLES: 'api' }).services
  const roles = Object.values(split).flatMap(
    ({ environment }) => environment?.RINGPOST_ROLES?.split(',') ?? [],
  )
  expect(roles.sort()).toEqual([...ROLES].sort())
  expect(split.deliver?.deploy?.replicas).toBe(2)
})

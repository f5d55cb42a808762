import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/checks/finding.ts'
import { CERTIFICATE, KEY } from '../support/local-certificate.ts'
import {
  freePorts,
  type RedisServers,
  startCluster,
  startRedisServer,
  startSentinels,
} from '../support/redis-servers.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)

let folder: string
const stops: (() => Promise<void>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'))
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  await rm(folder, { recursive: true, force: true })
})

function keep<T extends RedisServers>(servers: T): T {
  stops.push(servers.stop)
  return servers
}

/** What `ringpost doctor` says of Redis at a URL, in a process of its own. */
async function doctor(url: string, env: Record<string, string> = {}): Promise<string> {
  const args = [join(ROOT, 'src/cli/main.ts'), 'doctor', '--json']
  const { stdout } = await run(process.execPath, args, {
    cwd: folder,
    timeout: 25_000,
    env: { PATH: process.env.PATH, RINGPOST_DATA_DIR: folder, REDIS_URL: url, ...env },
  }).catch((error: { stdout: string }) => error)
  const { checks } = JSON.parse(stdout) as { checks: Finding[] }
  return checks
    .filter(({ check }) => check === 'redis')
    .map(({ status, message, fix }) => `${status}: ${message} ${fix ?? ''}`.trim())
    .join('\n')
}

const GOOD = / with an append-only file, and it drops nothing\./

async function withCertificate() {
  const file = (name: string) => join(folder, name)
  await writeFile(file('key.pem'), KEY)
  await writeFile(file('cert.pem'), CERTIFICATE)
  const settings = {
    'tls-cert-file': file('cert.pem'),
    'tls-key-file': file('key.pem'),
    'tls-ca-cert-file': file('cert.pem'),
    'tls-auth-clients': 'no',
  }
  return { settings, trust: { NODE_EXTRA_CA_CERTS: file('cert.pem') }, connect: { tls: { ca: CERTIFICATE } } }
}

describe('TLS, user and password', () => {
  test('one server', async () => {
    const { settings, trust, connect } = await withCertificate()
    const [port = 0] = await freePorts(1)
    const server = await startRedisServer(
      join(folder, 'one'),
      port,
      { ...settings, port: '0', 'tls-port': String(port) },
      { connect },
    )
    stops.push(server.kill)
    await server.redis.call('ACL', 'SETUSER', 'ringpost', 'on', '>p@ss/word', '~*', '&*', '+@all')
    const url = `rediss://ringpost:p%40ss%2Fword@localhost:${port}`
    expect(await doctor(url, trust)).toMatch(GOOD)
    expect(await doctor(url)).toMatch(/TLS connection to Redis failed/)
    expect(await doctor(url.replace('word', 'wrong'), trust)).toMatch(/WRONGPASS/)
  })

  test('a cluster', async () => {
    const { settings, trust, connect } = await withCertificate()
    const cluster = keep(
      await startCluster({
        settings: { ...settings, 'tls-cluster': 'yes', requirepass: 's3cret', port: '0' },
        tls: true,
        connect: { ...connect, password: 's3cret' },
      }),
    )
    const url = cluster.url.replace('redis+cluster://', 'rediss+cluster://:s3cret@')
    expect(await doctor(url, trust)).toMatch(/^ok: \S+ [\d.]+ in a cluster of 3, with an append-only file/)
    expect(await doctor(url)).toMatch(/TLS connection to Redis failed/)
    expect(await doctor(url.replace('s3cret', 'wrong'), trust)).toMatch(/does not let ringpost in/)
  })
})

describe('doctor, where REDIS_URL is of another form than what is there', () => {
  test('one server, one of a cluster, a Sentinel', async () => {
    const cluster = keep(await startCluster())
    const sentinels = keep(await startSentinels())
    const [node] = cluster.servers
    const [single, , sentinel] = sentinels.servers
    expect(await doctor(cluster.url)).toMatch(/^ok: .* in a cluster of 3, /)
    expect(await doctor(sentinels.url)).toMatch(GOOD)
    expect(await doctor(`redis://127.0.0.1:${node?.port}`)).toMatch(
      /is one of a cluster\. Write .*redis\+cluster:/,
    )
    expect(await doctor(`redis://127.0.0.1:${sentinel?.port}`)).toMatch(
      /is a Sentinel\. Write .*redis\+sentinel:/,
    )
    expect(await doctor(`redis+cluster://127.0.0.1:${single?.port}`)).toMatch(/is not one of a cluster/)
    expect(await doctor(sentinels.url.replace('mymaster', 'other'))).toMatch(/know no servers by the name/)
    await node?.kill()
    expect(await doctor(cluster.url)).toMatch(/does not serve all its slots|cannot be reached/)
  })
})

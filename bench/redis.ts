import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { connectRedis } from '../src/redis/connect.ts'
import { startPrivateRedis } from '../src/redis/private-server.ts'

/** The Redis that `npm test` and `npm start` put there where the machine has none. */
const BUNDLED = fileURLToPath(new URL('../.cache/redis/bin/redis-server', import.meta.url))

/** A Redis of the bench's own, set up as the service sets up its private one: with its append-only file. */
export async function startBenchRedis() {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-bench-'))
  const server = await startPrivateRedis({
    dataDir,
    logger: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
    ...(existsSync(BUNDLED) ? { binary: BUNDLED } : {}),
  })
  const redis = connectRedis(server.socketPath, 'bench')
  return {
    server,
    redis,
    async close() {
      redis.disconnect()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

// A process that holds a private Redis: `node private-redis-child.ts <dataDir>`. Prints one line of JSON when
// it is ready, stops the server at the end of its stdin, and can be killed.
import { once } from 'node:events'
import { pino } from 'pino'
import { connectSocket } from '../../src/redis/connect.ts'
import { startPrivateRedis } from '../../src/redis/private-server.ts'

const server = await startPrivateRedis({
  dataDir: process.argv[2] ?? '',
  logger: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
})
const redis = connectSocket(server.socketPath, 'child')
redis.on('error', () => {})
const runId = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]
console.log(JSON.stringify({ adopted: server.adopted, runId }))
process.stdin.resume()
await once(process.stdin, 'end')
redis.disconnect()
await server.stop()

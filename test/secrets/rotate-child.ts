/**
 * A rotation that stops after `halt` records and waits there to be killed: prints each record, and how it ended.
 */
import { pino } from 'pino'
import { rotateMasterKey } from '../../src/cli/rotate-master-key.ts'
import { parseConfig } from '../../src/config/parse.ts'

const [redisUrl = '', keyPrefix = '', dataDir = '', halt = ''] = process.argv.slice(2)
// Without it, a process with nothing to wait for would end by itself.
setInterval(() => {}, 60_000)
let seen = 0
const done = await rotateMasterKey({
  config: parseConfig({ REDIS_URL: redisUrl, RINGPOST_DATA_DIR: dataDir }, '/'),
  keyPrefix,
  logger: pino({ level: 'silent' }),
  signal: new AbortController().signal,
  async onEach(id) {
    seen++
    process.stdout.write(`${id}\n`)
    if (seen === Number(halt)) {
      process.stdout.write('halted\n')
      await new Promise(() => {})
    }
  },
})
process.stdout.write(`${JSON.stringify(done)}\n`)
process.exit()

import { join, relative } from 'node:path'
import { loadEnv } from '../config/load-env.ts'
import { parseConfig } from '../config/parse.ts'
import { RingpostError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import { MASTER_KEY_FILE } from '../secrets/load-master-key.ts'
import { rotateMasterKey } from './rotate-master-key.ts'

/** `ringpost master-key rotate`, as this process: exit code 0 when all is done, 1 with a sentence where not. */
export async function runRotateMasterKey(options: { json?: boolean }): Promise<void> {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  try {
    const cwd = process.cwd()
    const config = parseConfig(loadEnv(cwd, process.env), cwd)
    const done = await rotateMasterKey({ config, logger: createLogger('warn'), signal: stopping.signal })
    const file = relative(cwd, join(config.dataDir, MASTER_KEY_FILE))
    const next =
      done.key === 'file'
        ? `The new key is in ${file}. Keep a copy of it; backups of Redis from before need the old one.`
        : 'RINGPOST_MASTER_KEY_PREVIOUS can go now; backups of Redis from before need it.'
    const said = `Sources and endpoints that are encrypted with the new master key: ${done.records}. ${next}`
    process.stdout.write(`${options.json ? JSON.stringify(done) : said}\n`)
    process.exit(0)
  } catch (error) {
    if (stopping.signal.aborted) process.exit(1)
    if (!(error instanceof RingpostError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

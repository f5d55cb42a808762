import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { loadEnv } from '../../config/load-env.ts'
import { parseConfig } from '../../config/parse.ts'
import { createLogger } from '../../logger.ts'
import { MASTER_KEY_FILE } from '../../secrets/load-master-key.ts'
import { createOutput } from '../output.ts'
import { orExit } from '../run.ts'

/** `ringpost master-key`: the key that encrypts what is secret in Redis. It talks to Redis and not to the API. */
export function addMasterKeyCommands(program: Command): void {
  program
    .command('master-key')
    .description('the key that encrypts what is secret in Redis')
    .command('rotate')
    .description('replace the master key, and encrypt everything with the new one')
    .addHelpText(
      'after',
      `
A key in the data folder is replaced by a new one; stop ringpost meanwhile. With RINGPOST_MASTER_KEY, set that
to the new key and RINGPOST_MASTER_KEY_PREVIOUS to the old one first. It can be interrupted and run again.

Example:
  ringpost master-key rotate`,
    )
    .action((_options: object, command: Command) =>
      orExit(async () => {
        const { rotateMasterKey } = await import('../rotate-master-key.ts')
        const cwd = process.cwd()
        const config = parseConfig(loadEnv(cwd, process.env), cwd)
        // Ctrl-C ends it where it stands, which is as good as anywhere.
        const { signal } = new AbortController()
        // Standard output is for the answer, which a program may read.
        const done = await rotateMasterKey({ config, logger: createLogger('warn', 2), signal })
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        const file = relative(cwd, join(config.dataDir, MASTER_KEY_FILE))
        const next =
          done.key === 'file'
            ? `The new key is in ${file}. Keep a copy of it; backups of Redis from before need the old one.`
            : 'RINGPOST_MASTER_KEY_PREVIOUS can go now; backups of Redis from before need it.'
        createOutput({ json }).answer(
          done,
          () => `Sources and endpoints that are encrypted with the new master key: ${done.records}. ${next}`,
        )
      }),
    )
}

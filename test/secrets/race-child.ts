/**
 * One of several processes that ask for the same secrets at once: waits for a line on stdin, asks for
 * `count` of them and prints what it got.
 */
import { once } from 'node:events'
import { loadOrCreateSecretFile } from '../../src/secrets/data-files.ts'
import { createApiToken } from '../../src/secrets/tokens.ts'

const [dataDir = '', count = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const files = []
for (let index = 0; index < Number(count); index++) {
  files.push(await loadOrCreateSecretFile({ dataDir, name: `secret-${index}`, create: createApiToken }))
}
process.stdout.write(`${JSON.stringify(files)}\n`)
process.exit()

import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { RingpostError } from '../errors.ts'
import { MASTER_KEY_CONTEXT } from '../secrets/check-master-key.ts'
import { readSecretFile } from '../secrets/data-files.ts'
import { keyIn, MASTER_KEY_FILE, NEXT_MASTER_KEY_FILE } from '../secrets/load-master-key.ts'
import { createVault } from '../secrets/vault.ts'
import { type Finding, ok, problem } from './finding.ts'

const CHECK = 'master key'
const BACK = `Set RINGPOST_MASTER_KEY to the one that was used before, or put back the file ${MASTER_KEY_FILE} in the data folder.`

/** Where the master key comes from. */
export type MasterKeySettings = Pick<Config, 'dataDir' | 'masterKey' | 'previousMasterKey'>

/**
 * Whether the master key that the next start would have is the one that sealed what is in Redis.
 *
 * @param sealed the word that the first start has left there; null where none was
 */
export async function examineMasterKey(
  sealed: string | null,
  settings: MasterKeySettings,
): Promise<Finding[]> {
  if (sealed === null) return []
  try {
    const [key, ...previous] = await masterKeys(settings)
    if (key === undefined) {
      return [problem(CHECK, 'Redis holds encrypted secrets, and there is no master key here.', BACK)]
    }
    createVault(key, previous).open(sealed, MASTER_KEY_CONTEXT)
    return [ok(CHECK, `${originOf(settings)}, and opens what is encrypted in Redis.`)]
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    return [problem(CHECK, 'The secrets in Redis were encrypted with another master key.', BACK)]
  }
}

function originOf({ dataDir, masterKey }: MasterKeySettings): string {
  return masterKey === null
    ? `It is in the file ${join(dataDir, MASTER_KEY_FILE)}`
    : 'It comes from RINGPOST_MASTER_KEY'
}

async function masterKeys({ dataDir, masterKey, previousMasterKey }: MasterKeySettings): Promise<Buffer[]> {
  if (masterKey !== null) return previousMasterKey === null ? [masterKey] : [masterKey, previousMasterKey]
  const files = await Promise.all(
    [MASTER_KEY_FILE, NEXT_MASTER_KEY_FILE].map((name) => readSecretFile({ dataDir, name })),
  )
  return files.flatMap((file) => (file === null ? [] : [keyIn(file)]))
}

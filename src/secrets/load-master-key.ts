import { RingpostError } from '../errors.ts'
import { loadOrCreateSecretFile, readSecretFile, type SecretFile } from './data-files.ts'
import { createMasterKey, parseMasterKey } from './master-key.ts'

/** The file of the data folder that holds the master key. */
export const MASTER_KEY_FILE = 'master-key'
/** The key that is to be its successor, while a rotation is under way or was interrupted. */
export const NEXT_MASTER_KEY_FILE = 'master-key.next'

/** What a vault is made with. */
export interface MasterKeys {
  key: Buffer
  /** Keys that open what is still sealed with them. */
  previous: Buffer[]
}

/**
 * The master key: the configured one, else that of the data folder, else a new one kept there. Where a
 * rotation of the one in the data folder was interrupted, the new one seals and both open.
 *
 * @param options.previous the configured key of before, if any
 * @throws RingpostError `setup_failed` when a file in the data folder cannot be used
 */
export async function loadMasterKey(options: {
  dataDir: string
  configured: Buffer | null
  previous?: Buffer | null
}): Promise<MasterKeys & { created: boolean; warning: string | null }> {
  const { dataDir, configured } = options
  const before = options.previous ? [options.previous] : []
  if (configured !== null) return { key: configured, previous: before, created: false, warning: null }
  const file = await loadOrCreateSecretFile({ dataDir, name: MASTER_KEY_FILE, create: createMasterKey })
  const { created, warning } = file
  const key = keyIn(file)
  const next = await readSecretFile({ dataDir, name: NEXT_MASTER_KEY_FILE })
  if (next === null) return { key, previous: before, created, warning }
  const interrupted =
    'A rotation of the master key was interrupted. Nothing is lost, and both keys are in use: stop ringpost and run `ringpost master-key rotate` to end it.'
  return { key: keyIn(next), previous: [key, ...before], created, warning: warning ?? interrupted }
}

/** The key that a file holds, which is never shown. */
export function keyIn(file: Pick<SecretFile, 'path' | 'value'>): Buffer {
  try {
    return parseMasterKey(file.value)
  } catch (cause) {
    throw new RingpostError(
      'setup_failed',
      `${file.path} does not hold a master key of 32 bytes (base64 or hexadecimal). Restore it from a backup, or set RINGPOST_MASTER_KEY.`,
      { cause },
    )
  }
}

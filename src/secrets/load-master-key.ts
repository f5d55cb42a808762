import { RingpostError } from '../errors.ts'
import { loadOrCreateSecretFile } from './data-files.ts'
import { createMasterKey, parseMasterKey } from './master-key.ts'

/**
 * The master key: the configured one, else that of the data folder, else a new one kept there.
 *
 * @throws RingpostError `setup_failed` when the file in the data folder cannot be used
 */
export async function loadMasterKey(options: {
  dataDir: string
  configured: Buffer | null
}): Promise<{ key: Buffer; created: boolean; warning: string | null }> {
  if (options.configured !== null) return { key: options.configured, created: false, warning: null }
  const file = await loadOrCreateSecretFile({
    dataDir: options.dataDir,
    name: 'master-key',
    create: createMasterKey,
  })
  try {
    return { key: parseMasterKey(file.value), created: file.created, warning: file.warning }
  } catch (cause) {
    throw new RingpostError(
      'setup_failed',
      `${file.path} does not hold a master key of 32 bytes (base64 or hexadecimal). Restore it from a backup, or set RINGPOST_MASTER_KEY.`,
      { cause },
    )
  }
}

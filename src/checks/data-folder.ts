import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RingpostError } from '../errors.ts'
import { describeOpen, howToClose, openToOthers } from '../secrets/close-to-others.ts'
import { readSecretFile } from '../secrets/data-files.ts'
import { MASTER_KEY_FILE, NEXT_MASTER_KEY_FILE } from '../secrets/load-master-key.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

const CHECK = 'data folder'

/** Whether the data folder can be used, and keeps its secrets to itself. Makes nothing. */
export async function examineDataFolder(dataDir: string): Promise<Finding[]> {
  const elsewhere = 'Set RINGPOST_DATA_DIR to a folder that this user may write to.'
  const folder = await stat(dataDir).catch(() => null)
  if (folder !== null && !folder.isDirectory())
    return [problem(CHECK, `${dataDir} is not a folder.`, elsewhere)]
  const place = folder === null ? await nearestFolder(dataDir) : dataDir
  const writable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!writable) return [problem(CHECK, `This user may not write to ${place}.`, elsewhere)]
  if (folder === null) return [ok(CHECK, `${dataDir} is not there yet, and is made at the first start.`)]

  const findings: Finding[] = []
  const open = await openToOthers(dataDir)
  if (open[0]) findings.push(warning(CHECK, `${describeOpen(open, 'may be able to')}.`, howToClose(open[0])))
  for (const name of ['api-token', MASTER_KEY_FILE, NEXT_MASTER_KEY_FILE]) {
    try {
      const file = await readSecretFile({ dataDir, name })
      if (file?.warning) findings.push(warning(CHECK, file.warning, `chmod 600 ${file.path}`))
      if (file !== null && name === NEXT_MASTER_KEY_FILE) {
        findings.push(
          warning(
            CHECK,
            'A rotation of the master key was interrupted; nothing is lost.',
            'Stop ringpost and run "ringpost master-key rotate" to end it.',
          ),
        )
      }
    } catch (error) {
      if (!(error instanceof RingpostError)) throw error
      findings.push(problem(CHECK, error.message, `Restore ${name} from a backup.`))
    }
  }
  return findings.length > 0 ? findings : [ok(CHECK, `${dataDir} can be used.`)]
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path)
  if (parent === path) return path
  const found = await stat(parent).catch(() => null)
  return found === null ? nearestFolder(parent) : parent
}

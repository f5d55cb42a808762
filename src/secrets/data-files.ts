import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { RingpostError } from '../errors.ts'

/** A secret that lies in a file of the data folder. */
export interface SecretFile {
  value: string
  /** Whether this call made it; of several at once, one does. */
  created: boolean
  path: string
  /** A sentence for the log when others can read the file. */
  warning: string | null
}

/**
 * Reads a secret from the data folder, or makes one and keeps it there (folder mode 0700, file mode 0600).
 *
 * Safe when several processes start at once: the file appears whole under its name or not at all, and all
 * of them get the value of the one that was first. It is on the disk before this returns, because things
 * will be encrypted with it.
 *
 * @param create makes the value; called only where there is no file
 * @throws RingpostError `setup_failed` when the file is empty or cannot be read, or none can be written
 */
export async function loadOrCreateSecretFile(options: {
  dataDir: string
  name: string
  create: () => string
}): Promise<SecretFile> {
  const path = join(options.dataDir, options.name)
  const present = await read(path)
  if (present !== null) return { ...present, created: false, path }

  const value = options.create()
  const created = await write(options.dataDir, options.name, value)
  if (created) return { value, created, path, warning: null }
  // Another process was faster between the look and the link: its value is the one.
  const theirs = await read(path)
  if (theirs === null) throw failed(path, 'it disappeared while it was read')
  return { ...theirs, created: false, path }
}

/**
 * Reads a secret from the data folder; null where there is none.
 *
 * @throws RingpostError `setup_failed` when the file is empty or cannot be read
 */
export async function readSecretFile(options: { dataDir: string; name: string }): Promise<SecretFile | null> {
  const path = join(options.dataDir, options.name)
  const present = await read(path)
  return present && { ...present, created: false, path }
}

/**
 * Puts one secret of the data folder in the place of another, at once and for good: at every moment there is
 * one of them under the name.
 *
 * @throws RingpostError `setup_failed` when the folder cannot be written to
 */
export async function replaceSecretFile(options: {
  dataDir: string
  name: string
  by: string
}): Promise<void> {
  const { dataDir, name, by } = options
  try {
    await rename(join(dataDir, by), join(dataDir, name))
  } catch (cause) {
    throw new RingpostError(
      'setup_failed',
      `${join(dataDir, by)} cannot be renamed to ${name}: ${reason(cause)}. Mend that and run it again.`,
      { cause },
    )
  }
  await syncFolder(dataDir)
}

async function read(path: string): Promise<{ value: string; warning: string | null } | null> {
  let text: string
  let mode: number
  try {
    text = await readFile(path, 'utf8')
    mode = (await stat(path)).mode & 0o777
  } catch (cause) {
    // A path that leads through a file is for `write` to report: it says what to do about it.
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return null
    throw failed(path, `it cannot be read: ${reason(cause)}`, cause)
  }
  const value = text.replace(/(\r?\n)+$/, '')
  if (value.trim() === '') throw failed(path, 'it is empty')
  const warning =
    (mode & 0o077) === 0
      ? null
      : `Other users of this machine may be able to read ${path} (mode ${mode.toString(8).padStart(4, '0')}): run chmod 600 on it.`
  return { value, warning }
}

/** Puts the file in place, whole. Returns false where another process already has. */
async function write(dataDir: string, name: string, value: string): Promise<boolean> {
  const path = join(dataDir, name)
  const draft = join(dataDir, `.${name}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await writeDurably(draft, value)
    // Unlike a rename, a link fails when the name is taken: two processes cannot both believe they were first.
    await link(draft, path).catch((error: unknown) => {
      if (!NO_LINKS.has(codeOf(error))) throw error
      // Some network and container file systems have no hard links. An exclusive create still lets one
      // process win; the other may find the file empty for a moment, refuses to start and says so.
      return writeDurably(path, value)
    })
    await syncFolder(dataDir)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && (await exists(path))) return false
    throw new RingpostError(
      'setup_failed',
      `${path} cannot be written: ${reason(cause)}. Set RINGPOST_DATA_DIR to a folder that this user may write to.`,
      { cause },
    )
  } finally {
    await unlink(draft).catch(() => undefined)
  }
}

async function writeDurably(path: string, value: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${value}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the new name durable too. Where a folder cannot be synced, the file system does it in its own time. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    return
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

const REASONS: Record<string, string> = {
  EACCES: 'this user has no permission to',
  EPERM: 'this user has no permission to',
  EISDIR: 'it is a folder',
  EEXIST: 'something else has its name, or that of its folder',
  ENOTDIR: 'a part of its path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

function reason(error: unknown): string {
  return REASONS[codeOf(error)] ?? `the system says ${codeOf(error) || String(error)}`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function failed(path: string, what: string, cause?: unknown): RingpostError {
  return new RingpostError(
    'setup_failed',
    `${path} should hold a secret, but ${what}. Restore it from a backup, or mend its permissions. If it is lost, delete it: a new one is made at the next start, and what the old one protected is lost.`,
    cause === undefined ? {} : { cause },
  )
}

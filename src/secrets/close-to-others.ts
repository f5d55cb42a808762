import { constants, type Stats } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What ringpost keeps in its data folder. */
const OURS = new Set([
  'api-token',
  'master-key',
  'master-key.next',
  'watermarks',
  'demo',
  // Of the file system, and closed by it.
  'lost+found',
])
/** `redis`, its socket, and `redis.before`, which docs/running.md has people keep; a secret that is being written. */
const ALSO_OURS = /^redis(\.|$)|^\.(api-token|master-key).*\.tmp$/
const isOurs = (name: string) => OURS.has(name) || ALSO_OURS.test(name)

const [STICKY, SETGID] = [0o1000, 0o2000]

/** A folder or file that others than the user of this process can get at. */
export interface OpenPath {
  path: string
  /** The mode that it was found with. */
  mode: number
  /** The mode that would close it. */
  closedMode: number
  /** Why this process leaves it as it is: it is another user's, or has other things in it; null where it need not. */
  left: 'foreign' | 'shared' | null
}

/** What of the data folder other users of this machine can get at. Changes nothing. */
export async function openToOthers(dataDir: string): Promise<OpenPath[]> {
  return (await walk(dataDir, false)).left
}

/**
 * Closes to other users what ringpost keeps in the data folder, and the folder itself where nothing else is in it. What
 * ringpost makes is closed from the beginning; but a folder that was there has the mode that it was made with, and files
 * of before may have any.
 *
 * What this process may not or should not change is left: a folder that is somebody else's never keeps it from starting.
 *
 * @returns what others could get at until now, and what they still can
 */
export async function closeToOthers(dataDir: string): Promise<{ closed: OpenPath[]; left: OpenPath[] }> {
  return walk(dataDir, true)
}

/** What is open, as a sentence without its full stop. */
export function describeOpen(
  [first, ...more]: readonly OpenPath[],
  verb: 'may be able to' | 'could',
): string {
  if (first === undefined) return ''
  const mode = (first.mode & 0o7777).toString(8).padStart(4, '0')
  const rest = more.length === 0 ? '' : `, and ${more.length} more beside or in it`
  return `Other users of this machine ${verb} read ${first.path} (mode ${mode})${rest}`
}

/** What closes it, as a sentence. */
export function howToClose({ path, mode, closedMode, left }: OpenPath): string {
  if (left === 'foreign')
    return `It belongs to another user: have that one run chmod o-rwx ${path}, or give it to the user of ringpost.`
  if (left === 'shared')
    return 'Other things are in it as well: set RINGPOST_DATA_DIR to a folder of its own.'
  const whose = (mode & ~closedMode & 0o070) === 0 ? 'o' : 'go'
  return `Run chmod -R ${whose}-rwx ${path}, or start ringpost again, which does that.`
}

interface Walk {
  user: number
  change: boolean
  closed: OpenPath[]
  left: OpenPath[]
}

async function walk(dataDir: string, change: boolean): Promise<{ closed: OpenPath[]; left: OpenPath[] }> {
  const user = process.geteuid?.()
  // Windows has no such modes.
  if (user === undefined) return { closed: [], left: [] }
  const all: Walk = { user, change, closed: [], left: [] }
  await look(dataDir, all, { isTop: true, reachable: true, safe: true })
  return { closed: all.closed, left: all.left }
}

/**
 * Looks at one path, closes it, and only then looks into it: what is in a folder that others may write to can be
 * exchanged for a link at any moment, so that nothing is changed below one.
 */
async function look(
  path: string,
  all: Walk,
  at: { isTop: boolean; reachable: boolean; safe: boolean },
): Promise<void> {
  // A link in the data folder leads to what somebody else has to decide about. A socket or pipe does not open.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (at.isTop ? 0 : constants.O_NOFOLLOW)
  const file = await open(path, flags).catch(() => null)
  if (file === null) return
  let found: Stats
  let mode: number
  let names: string[]
  try {
    found = await file.stat()
    const isFolder = found.isDirectory()
    if (!isFolder && !found.isFile()) return
    names = isFolder ? await readdir(path).catch(() => []) : []
    mode = at.isTop && isVolumeOfPod(found) ? found.mode : await examine(file, found)
  } finally {
    await file.close()
  }
  const safe = at.safe && ((mode & 0o002) === 0 || (mode & STICKY) !== 0)
  const reachable = at.reachable && (found.mode & tooMuch(found) & 0o011) !== 0
  for (const name of names) {
    if (at.isTop ? isOurs(name) : safe) await look(join(path, name), all, { isTop: false, reachable, safe })
  }

  /** Closes it where it is open and may be closed. @returns the mode that it has now */
  async function examine(handle: NonNullable<typeof file>, stats: Stats): Promise<number> {
    const closedMode = stats.mode & ~tooMuch(stats)
    if (closedMode === stats.mode) return stats.mode
    // Who names /tmp, or a folder of many things, does not want it closed.
    const isShared = at.isTop && ((stats.mode & STICKY) !== 0 || !names.every(isOurs))
    const left = stats.uid !== all.user ? 'foreign' : isShared ? 'shared' : null
    const done =
      all.change &&
      left === null &&
      (await handle.chmod(closedMode & 0o7777).then(
        () => true,
        () => false,
      ))
    // What lies in a closed folder was never open, whatever its own mode.
    if (at.reachable) (done ? all.closed : all.left).push({ path, mode: stats.mode, closedMode, left })
    return done ? closedMode : stats.mode
  }
}

/**
 * The rights that nobody needs. Those of a group are left where somebody seems to have given it to the folder: another
 * group than the user's own, a folder that hands its group on, or group 0 of a container that runs as any user.
 */
function tooMuch({ gid, mode }: Stats): number {
  const isOwnGroup = gid === process.getegid?.() && (gid !== 0 || process.geteuid?.() === 0)
  return isOwnGroup && (mode & SETGID) === 0 ? 0o077 : 0o007
}

/** What Kubernetes mounts for an `fsGroup`: it is root's and open, and only the containers of the pod see it. */
function isVolumeOfPod({ uid, gid, mode }: Stats): boolean {
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])]
  return uid === 0 && process.geteuid?.() !== 0 && (mode & SETGID) !== 0 && groups.includes(gid)
}

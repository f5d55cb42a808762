import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { RingpostError } from '../errors.ts'

// open(2) on macOS and the BSDs can take the lock itself; Node has no name for the flag.
const O_EXLOCK = 0x20

/**
 * Takes an exclusive lock (flock) on a file without waiting.
 *
 * The lock belongs to the open file, not to a process: a child that inherits the descriptor holds it too,
 * and the system frees it when the last holder has ended, however that happened. So nothing can go stale,
 * and a process number that was used again, or comes from another container, cannot mislead anybody.
 *
 * @returns the descriptor to pass on or to close, or null when another holds the lock
 * @throws RingpostError `setup_failed` when this system has no flock
 */
export async function tryLock(path: string): Promise<number | null> {
  const flags = constants.O_RDWR | constants.O_CREAT
  if (process.platform !== 'linux') {
    try {
      return openSync(path, flags | O_EXLOCK | constants.O_NONBLOCK, 0o600)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null
      throw error
    }
  }
  const fd = openSync(path, flags, 0o600)
  const code = await flock(fd).catch((error: unknown) => {
    closeSync(fd)
    throw new RingpostError(
      'setup_failed',
      'The private Redis server needs the program flock: install util-linux, or set REDIS_URL to a server that runs already.',
      { cause: error },
    )
  })
  if (code === 0) return fd
  closeSync(fd)
  if (code === 1) return null
  throw new RingpostError(
    'setup_failed',
    `The file ${path} cannot be locked: set RINGPOST_DATA_DIR to a folder on a local disk.`,
  )
}

/** flock(1) locks the open file, which it shares with this process. 1 means that another holds the lock. */
async function flock(fd: number): Promise<unknown> {
  const child = spawn('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
  const [code] = await once(child, 'exit')
  return code
}

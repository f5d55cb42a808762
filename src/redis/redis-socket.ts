import { createHash } from 'node:crypto'
import { lstat, mkdir, realpath } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingpostError } from '../errors.ts'

// The system's limit is 104 bytes on macOS and 108 on Linux; Redis cuts off what is longer.
const LONGEST_SOCKET_PATH = 100

/**
 * Where the private Redis server of a data folder listens: in the folder, or, when that path is too long for
 * a socket, in a folder of the same user in the temporary folder, named by a hash of the data folder.
 */
export async function redisSocketPath(dataDir: string): Promise<string> {
  const direct = join(dataDir, 'redis.sock')
  if (Buffer.byteLength(direct) <= LONGEST_SOCKET_PATH) return direct
  const hash = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 16)
  const folder = join(tmpdir(), `ringpost-${hash}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Anybody may make this folder first; a link or a foreign folder would hand them the data.
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new RingpostError(
      'setup_failed',
      `The folder ${folder} must belong to this user alone: remove it, or set RINGPOST_DATA_DIR to a shorter path.`,
    )
  }
  return join(folder, 'redis.sock')
}

/** `silent`: something accepts the connection and does not answer. */
export type SocketState = 'ready' | 'loading' | 'silent' | 'absent'

/** Asks PING, without a client that would retry and log. */
export function probeRedis(socketPath: string): Promise<SocketState> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    const end = (state: SocketState) => {
      socket.destroy()
      resolve(state)
    }
    socket.setTimeout(1000, () => end('silent'))
    socket.once('connect', () => socket.write('PING\r\n'))
    // The answers are a few bytes, which a unix socket delivers whole.
    socket.once('data', (reply) => end(reply.toString().startsWith('-LOADING') ? 'loading' : 'ready'))
    socket.once('error', () => end('absent'))
    socket.once('end', () => end('absent'))
  })
}

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { RingpostError } from '../errors.ts'

interface Address {
  host: string
  port: number
  /** The one that the port is from. */
  variable?: 'PORT' | 'RINGPOST_HEALTH_PORT'
}

/**
 * Has the API listen, and returns where.
 *
 * @throws RingpostError `setup_failed` with what to set instead
 */
export async function listen(api: FastifyInstance, at: Address): Promise<string> {
  try {
    return await api.listen({ host: at.host, port: at.port })
  } catch (cause) {
    throw cannotListen(at, cause)
  }
}

/**
 * Looks whether the API could listen, for a start that would destroy something before it finds out.
 *
 * @throws RingpostError `setup_failed` with what to set instead
 */
export async function tryToListen(at: Address): Promise<void> {
  const server = createServer().listen({ host: at.host, port: at.port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw cannotListen(at, cause)
  }
  server.close()
  await once(server, 'close')
}

function cannotListen({ host, port, variable = 'PORT' }: Address, cause: unknown): RingpostError {
  const code = (cause as NodeJS.ErrnoException).code
  const why: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken: stop what uses it, set ${variable} to another, or ${variable}=0 for any free one`,
    EACCES: `port ${port} needs more rights than this user has: set ${variable} to one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one that is`,
  }
  const said = why[code ?? ''] ?? (cause as Error).message
  return new RingpostError(
    'setup_failed',
    `${variable === 'PORT' ? 'The API' : 'The health port'} cannot listen on ${host}:${port}: ${said}.`,
    { cause },
  )
}

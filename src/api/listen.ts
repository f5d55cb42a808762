import type { FastifyInstance } from 'fastify'
import { RingpostError } from '../errors.ts'

/**
 * Has the API listen, and returns where.
 *
 * @throws RingpostError `setup_failed` with what to set instead
 */
export async function listen(api: FastifyInstance, at: { host: string; port: number }): Promise<string> {
  try {
    return await api.listen(at)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why: Record<string, string> = {
      EADDRINUSE: `port ${at.port} is taken: stop what uses it, set PORT to another, or PORT=0 for any free one`,
      EACCES: `port ${at.port} needs more rights than this user has: set PORT to one above 1023`,
      EADDRNOTAVAIL: `${at.host} is no address of this machine: set HOST to one that is`,
    }
    const said = why[code ?? ''] ?? (cause as Error).message
    throw new RingpostError('setup_failed', `The API cannot listen on ${at.host}:${at.port}: ${said}.`, {
      cause,
    })
  }
}

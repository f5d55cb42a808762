import type { FastifyInstance } from 'fastify'
import { RingpostError } from '../errors.ts'

/**
 * Has the API listen, and returns where.
 *
 * @param at.variable the one that the port is from
 * @throws RingpostError `setup_failed` with what to set instead
 */
export async function listen(
  api: FastifyInstance,
  at: { host: string; port: number; variable?: 'PORT' | 'RINGPOST_HEALTH_PORT' },
): Promise<string> {
  const { host, port, variable = 'PORT' } = at
  try {
    return await api.listen({ host, port })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why: Record<string, string> = {
      EADDRINUSE: `port ${port} is taken: stop what uses it, set ${variable} to another, or ${variable}=0 for any free one`,
      EACCES: `port ${port} needs more rights than this user has: set ${variable} to one above 1023`,
      EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one that is`,
    }
    const said = why[code ?? ''] ?? (cause as Error).message
    throw new RingpostError(
      'setup_failed',
      `${variable === 'PORT' ? 'The API' : 'The health port'} cannot listen on ${host}:${port}: ${said}.`,
      {
        cause,
      },
    )
  }
}

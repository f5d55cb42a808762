import { RingpostError } from '../errors.ts'

/** What is told where a command cannot listen; the error itself where that is not the reason. */
export function cannotListen(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const { code } = error as NodeJS.ErrnoException
  const why: Record<string, string> = {
    EADDRINUSE: 'the port is taken; --port 0 picks a free one',
    EACCES: 'the port needs more rights than this user has; take one above 1023',
    EADDRNOTAVAIL: 'that is no address of this machine',
    ENOTFOUND: 'that is no address of this machine',
  }
  const said = why[code ?? '']
  if (said === undefined) return error
  return new RingpostError('setup_failed', `It cannot listen on ${host}:${port}: ${said}.`, { cause: error })
}

import { createServer } from 'node:net'
import { type Finding, ok, problem, skipped } from '../../checks/finding.ts'
import type { Config } from '../../config/schema.ts'
import { localUrl } from '../connection.ts'
import type { Session } from '../run.ts'
import { unwrap } from '../run.ts'

const PATIENCE_MS = 5_000

/** What listens at a URL. */
export type Listener =
  | { kind: 'ringpost'; version: string }
  | { kind: 'other' }
  | { kind: 'none'; why: string }

/** Finds out whether it is a ringpost that answers at a URL. */
export async function whoListens(url: string): Promise<Listener> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/openapi.json`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'manual',
    })
    const document = (await response.json().catch(() => null)) as {
      info?: { title?: string; version?: string }
    } | null
    if (document?.info?.title !== 'ringpost') return { kind: 'other' }
    return { kind: 'ringpost', version: document.info.version ?? 'of an unknown version' }
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string; message?: string } }
    return {
      kind: 'none',
      why: name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? 'no connection'),
    }
  }
}

/** Whether the API's port is free, or taken by ringpost itself. */
export async function examinePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  const check = 'port'
  if (port === 0) return ok(check, 'PORT=0: a free one is picked at each start.')
  const code = await tryToListen(host, port)
  if (code === null) return ok(check, `${host}:${port} is free.`)
  if (code === 'EADDRINUSE') {
    const listener = await whoListens(localUrl(host, port))
    if (listener.kind === 'ringpost') return ok(check, `ringpost runs at ${host}:${port} already.`)
    return problem(
      check,
      `${host}:${port} is taken by something that is not ringpost.`,
      `Stop that ("ss -ltnp | grep :${port}" shows it), or set PORT to another; PORT=0 picks a free one.`,
    )
  }
  const fixes: Record<string, string> = {
    EACCES: 'Set PORT to one above 1023.',
    EADDRNOTAVAIL: 'Set HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.',
    ENOTFOUND: 'Set HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.',
  }
  return problem(
    check,
    `ringpost could not listen on ${host}:${port} (${code}).`,
    fixes[code] ?? 'Set HOST and PORT to an address that it may listen on.',
  )
}

/** Whether a server that was found is ready to work. */
export async function examineReadiness(url: string, version: string): Promise<Finding> {
  const check = 'server'
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/readyz`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (response.ok) return ok(check, `ringpost ${version} is ready at ${url}.`)
    const { detail } = (await response.json()) as { detail?: string }
    return problem(
      check,
      detail ?? `ringpost at ${url} is not ready (${response.status}).`,
      'See what is said of Redis here, and look at the log of the server.',
    )
  } catch {
    return skipped(check, `ringpost at ${url} did not say in time whether it is ready.`)
  }
}

/** What begins the name of a check that the server has made itself. */
export const OF_SERVER = 'server: '

/**
 * What a server that runs finds of itself: its data folder, configuration file, Redis, master key and clock.
 *
 * @param options.here whether it runs on this machine: then what is in order has been told by the looks from here
 */
export async function examineOwnChecks(api: Session['api'], options: { here: boolean }): Promise<Finding[]> {
  const { checks } = await unwrap(api.GET('/v1/checks'))
  return checks
    .filter(({ status }) => !options.here || status !== 'ok')
    .map((finding) => ({ ...finding, check: OF_SERVER + finding.check }))
}

function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

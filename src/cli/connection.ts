import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadEnv } from '../config/load-env.ts'
import { refuseUnknownNames } from '../config/parse.ts'
import { RingpostError } from '../errors.ts'

/** Where the API is, and the token for it. */
export interface Connection {
  url: string
  token: string
}

/**
 * Finds the ringpost to talk to: `RINGPOST_URL` and `RINGPOST_API_TOKEN`, or the one of this machine, by
 * `HOST` and `PORT` and the token in its data folder (the demo's where there is no other).
 *
 * @throws RingpostError `setup_failed` where there is no token to be found, `config_invalid` where RINGPOST_URL is none
 *   or a variable is misspelt
 */
export function findConnection(cwd: string, processEnv: Record<string, string | undefined>): Connection {
  const env = loadEnv(cwd, processEnv)
  refuseUnknownNames(env)
  const local = localUrl(env.HOST || '127.0.0.1', env.PORT || '7464')
  const dataDir = resolve(cwd, env.RINGPOST_DATA_DIR || './data')
  const token = env.RINGPOST_API_TOKEN || tokenIn(dataDir) || tokenIn(join(dataDir, 'demo'))
  if (!token) {
    throw new RingpostError(
      'setup_failed',
      `There is no API token: set RINGPOST_API_TOKEN, or run this where the data folder of ringpost is (${dataDir} has no api-token).`,
    )
  }
  return { url: env.RINGPOST_URL ? serverUrl(env.RINGPOST_URL) : local, token }
}

function serverUrl(text: string): string {
  const url = URL.parse(text)
  const wrong = (how: string) =>
    new RingpostError('config_invalid', `RINGPOST_URL (${text}) is wrong: ${how}.`)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrong('it must be a complete http or https URL, such as http://127.0.0.1:7464')
  }
  if (/\/v1\/*$/.test(url.pathname)) throw wrong(`it ends before /v1, as ${text.replace(/\/v1\/*$/, '')}`)
  return text
}

/** The URL at which this machine reaches what listens on an address of it. */
export function localUrl(host: string, port: number | string): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function tokenIn(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'api-token'), 'utf8').trim()
  } catch {
    return null
  }
}

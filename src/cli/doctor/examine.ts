import { join } from 'node:path'
import { examineConfigFile } from '../../checks/config-file.ts'
import { examineDataFolder } from '../../checks/data-folder.ts'
import { type Finding, ok, problem, skipped, warning } from '../../checks/finding.ts'
import { createClient } from '../../client/client.ts'
import type { Config } from '../../config/schema.ts'
import { readText } from '../../config-file/load.ts'
import { readConfigFile } from '../../config-file/read.ts'
import type { GuardPolicy } from '../../deliver/guard/url.ts'
import { maskUrl } from '../../deliver/mask-url.ts'
import { RingpostError } from '../../errors.ts'
import { createAgent } from '../../http/agent.ts'
import { type Connection, findConnection, localUrl } from '../connection.ts'
import { isOnThisMachine } from '../own-endpoint.ts'
import { ApiProblem } from '../run.ts'
import { examineConfiguration, type ReadConfiguration } from './configuration.ts'
import { examineEndpoints } from './endpoints.ts'
import { examineUrl } from './reach.ts'
import { examineRedis } from './redis.ts'
import { examineOwnChecks, examinePort, examineReadiness, OF_SERVER, whoListens } from './server.ts'
import { examineSources } from './sources.ts'
import { examineUpstream } from './upstream.ts'

export interface Examination {
  cwd: string
  env: Record<string, string | undefined>
  /** URLs to look at as if they were endpoints. */
  urls: readonly string[]
  sendTests: boolean
}

/** Looks at everything that ringpost needs here, and changes nothing. */
export async function examine({ cwd, env, urls, sendTests }: Examination): Promise<Finding[]> {
  const read = examineConfiguration(cwd, env)
  const { config, isWrong } = read
  if (config === null) {
    return [...read.findings, skipped('everything else', 'The configuration has to be right first.')]
  }
  const policy = isWrong('RINGPOST_ALLOW_NETWORKS', 'RINGPOST_ALLOW_HTTP') ? null : policyOf(config)
  const dataDir = config.demo ? join(config.dataDir, 'demo') : config.dataDir
  const looks = [
    configFile(read, config, policy),
    unless(isWrong('RINGPOST_DATA_DIR'), 'data folder', () => examineDataFolder(dataDir)),
    unless(isWrong('REDIS_URL', 'RINGPOST_DATA_DIR', 'RINGPOST_MASTER_KEY'), 'redis', () =>
      examineRedis({ ...config, dataDir }),
    ),
    unless(isWrong('ELEVENLABS_API_KEY', 'ELEVENLABS_BASE_URL'), 'upstream', () => upstream(config)),
    unless(isWrong('HOST', 'PORT'), 'port', async () =>
      config.roles.includes('api') ? [await examinePort(config)] : [],
    ),
    server({ cwd, read, config, env, policy, sendTests }),
    ...urls.map((url) => (policy === null ? notYet(maskUrl(url)) : examineUrl(maskUrl(url), url, policy))),
  ]
  return withoutRepeats([...read.findings, ...(await Promise.all(looks)).flat()])
}

/** What the server says of itself and is seen from here as well is said once. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set(
    findings.filter(({ check }) => !check.startsWith(OF_SERVER)).map(({ check, message }) => check + message),
  )
  return findings.filter(
    ({ check, message }) =>
      !check.startsWith(OF_SERVER) || !seen.has(check.slice(OF_SERVER.length) + message),
  )
}

async function configFile(
  read: ReadConfiguration,
  config: Config,
  policy: GuardPolicy | null,
): Promise<Finding[]> {
  if (read.isWrong('RINGPOST_CONFIG')) return notYet('configuration file')
  const path = config.configFile
  if (path === null) return []
  return examineConfigFile(
    { path, read: () => readConfigFile(readText(path), read.env) },
    { policy, words: true },
  )
}

async function unless(out: boolean, check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  return out ? notYet(check) : look()
}

function notYet(check: string): Finding[] {
  return [skipped(check, 'It could not be looked at: its configuration has to be right first.')]
}

/** The demo may reach its own receiver. */
function policyOf(config: Config): GuardPolicy {
  const { allowNetworks, allowHttp } = config
  return { allowNetworks: config.demo ? [...allowNetworks, '127.0.0.0/8'] : allowNetworks, allowHttp }
}

async function upstream(config: Config): Promise<Finding[]> {
  const { apiKey } = config.upstream
  if (apiKey === null) {
    const fix = 'Set ELEVENLABS_API_KEY to watch your own callers.'
    return [
      config.demo
        ? skipped(
            'upstream',
            'There is no ELEVENLABS_API_KEY, so this is the demo, on simulated callers.',
            fix,
          )
        : skipped(
            'upstream',
            config.configFile === null
              ? 'There is no ELEVENLABS_API_KEY; sources come from the API alone.'
              : 'There is no ELEVENLABS_API_KEY; sources come from the configuration file and the API.',
            null,
          ),
    ]
  }
  const dispatcher = createAgent({})
  try {
    return await examineUpstream({ dispatcher, upstream: { ...config.upstream, apiKey }, now: Date.now })
  } finally {
    await dispatcher.destroy()
  }
}

/** The server that runs, if one does: whether it is ready, takes the token, and what it has. */
async function server(deps: {
  cwd: string
  env: Examination['env']
  read: ReadConfiguration
  config: Config
  policy: GuardPolicy | null
  sendTests: boolean
}): Promise<Finding[]> {
  const { read, config } = deps
  if (!read.env.RINGPOST_URL && config.port === 0) {
    const message =
      'With PORT=0 it is not known where ringpost runs, so its sources and endpoints were not looked at.'
    return [skipped('server', message, 'Set RINGPOST_URL to the URL that it has printed at its start.')]
  }
  const url = read.env.RINGPOST_URL || localUrl(config.host, config.port)
  const listener = await whoListens(url)
  if (listener.kind !== 'ringpost') {
    if (!read.env.RINGPOST_URL) {
      const message = `ringpost does not run at ${url}, so its sources and endpoints were not looked at.`
      return [skipped('server', message, 'Start it (npm start, or ringpost serve) and run this again.')]
    }
    const why = listener.kind === 'other' ? 'what answers there is not ringpost' : listener.why
    return [
      problem(
        'server',
        `There is no ringpost at RINGPOST_URL (${url}): ${why}.`,
        'Start it there, or correct RINGPOST_URL.',
      ),
    ]
  }
  const readiness = await examineReadiness(url, listener.version)
  let connection: Connection
  try {
    connection = findConnection(deps.cwd, deps.env)
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    return [readiness, problem('token', error.message, 'Set RINGPOST_API_TOKEN to the token of this server.')]
  }
  if (readiness.status === 'problem') {
    // Every answer would come only when its time is over, and say no more than this.
    const message = 'Its token, sources and endpoints were not looked at, for it is not ready.'
    return [readiness, skipped('server', message)]
  }
  return [readiness, ...(await whatItHas({ ...connection, url }, deps))]
}

/** One that cannot tell what it stands on may still tell of its sources. */
function notTold(error: unknown): Finding[] {
  if (!(error instanceof ApiProblem)) throw error
  return [warning('server', `It does not tell what it stands on: ${error.message}`, 'Look at its log.')]
}

async function whatItHas(
  connection: Connection,
  deps: { policy: GuardPolicy | null; sendTests: boolean },
): Promise<Finding[]> {
  const api = createClient(connection)
  const { response } = await api.GET('/v1/sources', { params: { query: { limit: 1 } } })
  if (response.status === 401 || response.status === 403) {
    return [
      problem(
        'token',
        `ringpost at ${connection.url} does not take this token (${response.status}).`,
        'Set RINGPOST_API_TOKEN to the one that the server was started with, or run this in the folder of its data.',
      ),
    ]
  }
  const policy = isOnThisMachine(connection.url) ? deps.policy : null
  try {
    const [own, sources, endpoints] = await Promise.all([
      examineOwnChecks(api, { here: policy !== null }).catch(notTold),
      examineSources(api),
      examineEndpoints(api, { policy, sendTests: deps.sendTests }),
    ])
    return [ok('token', 'The server takes it.'), ...own, ...sources, ...endpoints]
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    return [problem('server', error.message, 'Look at the log of the server.')]
  }
}

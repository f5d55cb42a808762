import { hostname } from 'node:os'
import { join, relative } from 'node:path'
import type { Logger } from 'pino'
import { tryToListen } from './api/listen.ts'
import { type App, startApp } from './app.ts'
import type { Config } from './config/schema.ts'
import type { LoadedFile } from './config-file/load.ts'
import type { Change } from './config-file/plan.ts'
import { claimDemo } from './demo/claim-demo.ts'
import { DEMO_POLL_INTERVAL_MS, startDemo } from './demo/demo.ts'
import { webhookLine } from './demo/webhook-line.ts'
import { deleteKeys } from './redis/delete-keys.ts'
import { DEMO_CLAIM } from './redis/keys.ts'
import { onceItTakesChanges } from './redis/once-it-takes-changes.ts'
import { openRedis } from './redis/open-redis.ts'
import { closeToOthers, describeOpen, howToClose } from './secrets/close-to-others.ts'
import { loadOrCreateSecretFile } from './secrets/data-files.ts'
import { loadMasterKey } from './secrets/load-master-key.ts'
import { createApiToken } from './secrets/tokens.ts'
import { createVault } from './secrets/vault.ts'
import type { ManagedSource } from './sources/sources.ts'
import { NO_TRACES, type Traces } from './traces/traces.ts'
import { version } from './version.ts'

/** A running process. `stop` ends all of it, and can be called again. */
export interface Server {
  url: string | null
  stop(): Promise<void>
}

/**
 * Starts a process as it is configured: data folder and secrets, Redis, the demo where it is on, the app.
 * What was started is stopped again where a later step fails.
 *
 * @param say prints a line for the person who started it
 * @throws RingpostError with a plain sentence where something cannot be had
 */
export async function serve(deps: {
  config: Config
  /** What RINGPOST_CONFIG names. */
  configFile: LoadedFile | null
  logger: Logger
  say: (line: string) => void
  /** Ends a start that is still under way. */
  signal: AbortSignal
}): Promise<Server> {
  const { logger, say } = deps
  const config = deps.config.demo ? demoConfig(deps.config) : deps.config
  const stops: (() => Promise<void>)[] = []
  let stopped: Promise<void> | null = null
  const stop = () => {
    stopped ??= (async () => {
      for (const end of stops.reverse()) await end()
    })()
    return stopped
  }

  try {
    await keepToThisUser(deps.config.dataDir, logger)
    const token = await apiTokenOf(config, logger)
    const masterKey = await loadMasterKey({
      dataDir: config.dataDir,
      configured: config.masterKey,
      previous: config.previousMasterKey,
    })
    if (masterKey.warning) logger.warn(masterKey.warning)
    const { redis, close } = await openRedis({
      url: config.redisUrl,
      dataDir: config.dataDir,
      purpose: 'app',
      signal: deps.signal,
      logger,
    })
    stops.push(close)

    const traces = await tracesOf(config)
    stops.push(traces.stop)
    const keyPrefix = config.demo ? 'ringpost-demo' : 'ringpost'
    const configuredSources: ManagedSource[] = defaultSource(config)
    const onceItDoes = { logger, signal: deps.signal }
    const claim = config.demo
      ? await onceItTakesChanges(
          () =>
            claimDemo({ redis, key: DEMO_CLAIM, ownRedis: config.redisUrl === null, signal: deps.signal }),
          onceItDoes,
        )
      : null
    if (claim) stops.push(claim.release)
    const demo = claim
      ? await startDemo({
          onWebhook: (received) => say(webhookLine(received, new Date())),
        })
      : null
    if (demo) {
      stops.push(demo.stop)
      configuredSources.push(demo.source)
      // Nothing is deleted for a start that comes to nothing.
      await tryToListen({ host: config.host, port: config.port })
      await deleteKeys(redis, keyPrefix)
    }

    const start = () =>
      startApp({
        config,
        redis,
        keyPrefix,
        vault: createVault(masterKey.key, masterKey.previous),
        apiToken: token.value,
        configuredSources,
        configFile: deps.configFile,
        traces,
        logger,
      })
    const app: App = await onceItTakesChanges(start, onceItDoes)
    stops.push(app.stop)
    const named = configuredSources.length + Object.keys(deps.configFile?.content.sources ?? {}).length
    // Whole, so that who waits for its first line has all of it.
    say(banner({ config, app, token, sources: named }).join('\n'))
    if (app.url) await claim?.tell(app.url)
    if (demo && app.url) await demo.subscribe({ url: app.url, token: token.value })
    return { url: app.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The demo keeps apart from real data, may reach its own receiver, and polls often enough to be watched. */
function demoConfig(config: Config): Config {
  return {
    ...config,
    dataDir: join(config.dataDir, 'demo'),
    roles: ['api', 'poll', 'relay', 'deliver', 'maintain'],
    allowNetworks: [...config.allowNetworks, '127.0.0.0/8'],
    pollIntervalMs: Math.min(config.pollIntervalMs, DEMO_POLL_INTERVAL_MS),
  }
}

function defaultSource(config: Config): ManagedSource[] {
  const { apiKey, baseUrl, agentId, branchId } = config.upstream
  if (apiKey === null) return []
  return [
    {
      id: 'src_default',
      name: 'default',
      base_url: baseUrl,
      api_key: apiKey,
      agent_id: agentId,
      branch_id: branchId,
    },
  ]
}

/** Nothing of OpenTelemetry is loaded where it is not asked for. */
async function tracesOf({ otlp, roles }: Config): Promise<Traces> {
  if (otlp === null) return NO_TRACES
  const { startTraces } = await import('./traces/start-traces.ts')
  return startTraces({ ...otlp, version, instance: `${hostname()}:${process.pid} ${roles.join(',')}` })
}

/** Closes the data folder, with what it holds from before, to other users of the machine. */
async function keepToThisUser(dataDir: string, logger: Logger): Promise<void> {
  const { closed, left } = await closeToOthers(dataDir)
  if (closed.length > 0) logger.warn(`${describeOpen(closed, 'could')}: it is closed to them now.`)
  const [isOpen] = left
  if (isOpen) logger.warn(`${describeOpen(left, 'may be able to')}. ${howToClose(isOpen)}`)
}

interface ApiToken {
  value: string
  /** Generated by this start, and to be shown this once. */
  created: boolean
}

/** The administrator's token: from the environment, or from the data folder, where the first start makes it. */
async function apiTokenOf(config: Config, logger: Logger): Promise<ApiToken> {
  if (config.apiToken !== null) return { value: config.apiToken, created: false }
  const file = await loadOrCreateSecretFile({
    dataDir: config.dataDir,
    name: 'api-token',
    create: createApiToken,
  })
  if (file.warning) logger.warn(file.warning)
  return file
}

function banner(facts: { config: Config; app: App; token: ApiToken; sources: number }): string[] {
  const { config, token } = facts
  const { url, healthUrl, configured } = facts.app
  const tokenFile = relative(process.cwd(), join(config.dataDir, 'api-token'))
  return [
    `ringpost ${version} is running${url ? ` at ${url}` : ` (${config.roles.join(', ')})`}`,
    ...(!url && healthUrl ? [`  Health and metrics: ${healthUrl}/readyz, ${healthUrl}/metrics`] : []),
    ...(url ? [`  Dashboard: ${url}/dashboard`] : []),
    ...(url ? [`  API description: ${url}/openapi.json`] : []),
    ...(token.created ? [`  API token, shown this once: ${token.value}   (kept in ${tokenFile})`] : []),
    ...(config.configFile === null
      ? []
      : [configLine(relative(process.cwd(), config.configFile), configured)]),
    ...(config.demo
      ? [
          '  DEMO DATA: a simulated call centre; nobody really calls. Set ELEVENLABS_API_KEY to watch your own.',
          '  Each start begins anew: endpoints, tokens and events of the last one are gone.',
          '  Each line below is a webhook that the sample receiver got and verified. Ctrl-C ends it.',
          '',
        ]
      : []),
    ...(facts.sources === 0 && !config.demo
      ? [
          '  No source comes from the environment: add one in the dashboard, or set ELEVENLABS_API_KEY and start again.',
        ]
      : []),
  ]
}

function configLine(file: string, changes: readonly Change[]): string {
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length
  const [created, updated, same] = [count('create'), count('update'), count('none')]
  const what =
    created + updated === 0
      ? `nothing to change, ${same} as it says`
      : `${created} created, ${updated} updated, ${same} as it says`
  return `  Configuration file ${file}: ${what}`
}

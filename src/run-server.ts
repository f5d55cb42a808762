import { once } from 'node:events'
import { loadEnv } from './config/load-env.ts'
import { parseConfig } from './config/parse.ts'
import { loadConfigFile } from './config-file/load.ts'
import { RingpostError } from './errors.ts'
import { createLogger } from './logger.ts'
import { serve } from './serve.ts'

/**
 * Runs the server as this process: reads the environment, starts everything, and ends on SIGINT or SIGTERM
 * with exit code 0 when all is drained. A second signal ends it at once.
 *
 * @param options.demo runs the demo, whatever the environment says
 */
export async function runServer(options: { demo?: true } = {}): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const stopping = stopOnSignal()
  try {
    const cwd = process.cwd()
    const env = loadEnv(cwd, process.env)
    const config = parseConfig(
      options.demo ? { ...env, RINGPOST_DEMO: 'true', ELEVENLABS_API_KEY: '', RINGPOST_CONFIG: '' } : env,
      cwd,
    )
    const configFile = config.configFile === null ? null : loadConfigFile(config.configFile, env, config)
    // The demo is for watching: its webhooks are the output, and the log is what goes wrong.
    const logger = createLogger(config.demo && !env.LOG_LEVEL ? 'warn' : config.logLevel)
    const server = await serve({ config, configFile, logger, say, signal: stopping })
    if (!stopping.aborted) await once(stopping, 'abort')
    say('Stopping: what is under way is finished first; a second Ctrl-C stops at once.')
    await server.stop()
    say('Stopped.')
    process.exit(0)
  } catch (error) {
    if (stopping.aborted) process.exit(0)
    if (!(error instanceof RingpostError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/**
 * Aborted by the first signal to stop. A terminal's Ctrl-C reaches the whole process group and is often
 * passed on by a parent as well, so that a second signal counts only when it comes later.
 */
function stopOnSignal(): AbortSignal {
  const stopping = new AbortController()
  let askedAt = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted && Date.now() - askedAt > 1_000) process.exit(1)
      if (stopping.signal.aborted) return
      askedAt = Date.now()
      stopping.abort()
    })
  }
  return stopping.signal
}

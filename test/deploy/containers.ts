import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { readCompose } from './compose.ts'
import { readImage } from './image.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)

/** A process that runs what the container of a service would. */
export interface Container {
  /** Of the API, or of health and metrics alone. */
  url: string
  output: () => string
  /** The exit code of the image's own health check. */
  healthcheck(): Promise<number>
  /** Runs the command line in it, as `docker compose exec` does. */
  exec(...args: string[]): Promise<string>
  /** @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Runs what docker-compose.yml and the Dockerfile run, command by command, without Docker: the image's layout in a
 * temporary folder, and processes that may write to their volume alone.
 *
 * @param settings what an operator has in .env
 */
export async function createContainers(settings: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'containers-'))
  const app = join(folder, 'app')
  const data = join(folder, 'data')
  await mkdir(app)
  await mkdir(data, { mode: 0o700 })
  // The types are checked elsewhere.
  await run(process.execPath, ['scripts/build.ts', join(app, 'dist'), '--noCheck'], { cwd: ROOT })
  await symlink(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  const image = readImage()
  const { services } = readCompose(settings)
  const redisPort = await freePort()
  const running = new Set<ChildProcess>()

  function launch(command: readonly string[], cwd: string, env: Record<string, string | undefined>) {
    const [program = '', ...args] = command
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    const exited = once(child, 'exit').then(([code]) => {
      running.delete(child)
      return code as number | null
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    const ended = () => child.exitCode !== null || child.signalCode !== null
    return {
      output: () => output,
      async stop(signal: NodeJS.Signals = 'SIGTERM') {
        if (!ended()) child.kill(signal)
        return exited
      },
      async says(pattern: RegExp): Promise<RegExpExecArray> {
        return until(() => {
          if (ended()) throw new Error(`${command.join(' ')} has ended:\n${output}`)
          return pattern.exec(output)
        })
      },
    }
  }

  return {
    data,

    /** The service `redis`, at a port of this machine. */
    async startRedis() {
      const dir = join(folder, 'redis')
      await mkdir(dir, { recursive: true })
      const command = [...(services.redis?.command ?? []), '--dir', dir, '--port', String(redisPort)]
      const redis = launch([...command, '--bind', '127.0.0.1'], dir, { PATH: process.env.PATH })
      await redis.says(/Ready to accept connections/)
      return { ...redis, dir, url: `redis://127.0.0.1:${redisPort}` }
    },

    async start(name: string): Promise<Container> {
      const env: Record<string, string | undefined> = {
        PATH: process.env.PATH,
        ...image.environment,
        ...settings,
        ...services[name]?.environment,
        // A container has its own of these.
        HOST: '127.0.0.1',
        PORT: '0',
        RINGPOST_HEALTH_PORT: '0',
        RINGPOST_DATA_DIR: data,
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      }
      const [, ...entrypoint] = image.entrypoint
      const readOnly = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${data}`]
      const command = [process.execPath, ...readOnly, ...entrypoint, ...image.command]
      const server = launch(command, app, env)
      const [, url = ''] = await server.says(/(?:is running at|Health and metrics:) (http:\/\/[\d.:]+)/)
      return {
        ...server,
        url,
        async exec(...args) {
          const [, main = ''] = image.entrypoint.slice(image.entrypoint.length - 2)
          // Inside, the server listens on every address, and at the port that the environment says.
          const inside = { ...env, HOST: image.environment.HOST, PORT: new URL(url).port }
          const { stdout } = await run(process.execPath, [main, ...args], { cwd: app, env: inside })
          return stdout
        },
        async healthcheck() {
          const [, ...args] = image.healthcheck
          const asked = run(process.execPath, args, { env: { ...env, PORT: new URL(url).port } })
          return asked.then(
            () => 0,
            (error: { code: number }) => error.code,
          )
        },
      }
    },

    async remove(): Promise<void> {
      const ends = [...running].map((child) => once(child, 'exit'))
      for (const child of running) child.kill('SIGKILL')
      await Promise.all(ends)
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

export type Containers = Awaited<ReturnType<typeof createContainers>>

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { TOKEN } from '../api/support.ts'
import { until } from '../support/until.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname

/** Runs the command line as a process, against the API at `url`. */
export async function ringpost(
  url: string,
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...environment(url), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, stdout, stderr }
}

/** A command that runs until it is stopped, such as `listen`. */
export interface RunningCommand {
  output: () => string
  /** The lines of its `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field, as a program would.
  entries: () => any[]
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a command of the command line, and waits until it has printed something. */
export async function startCommand(url: string, args: readonly string[]): Promise<RunningCommand> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(url),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return (await exited)[0]
  }
  onTestFinished(async () => void (await stop('SIGKILL')))
  await until(() => output.includes('\n') || child.exitCode !== null)
  return {
    output: () => output,
    entries: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line)),
    stop,
  }
}

function environment(url: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, TZ: 'UTC', RINGPOST_URL: url, RINGPOST_API_TOKEN: TOKEN }
}

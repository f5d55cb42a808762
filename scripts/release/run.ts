import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a command prints, without white space around it. It throws with what it said where it fails. */
export async function capture(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}

/** The same, or null where the command fails. */
export const attempt = (command: string, args: readonly string[], cwd: string): Promise<string | null> =>
  capture(command, args, cwd).catch(() => null)

/** Runs a command in sight; whether it ended well. */
export async function succeeds(command: string, args: readonly string[], cwd: string): Promise<boolean> {
  const child = spawn(command, args, { cwd, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const ROOT = new URL('../../', import.meta.url).pathname

/** What a command of a page printed, both streams, and how it ended. */
export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * A shell as the reader of a page has it: with `ringpost` on the PATH, and a `curl` for which an answer that is no
 * success is a command that failed.
 *
 * @param folder a temporary one, which gets a folder `bin`
 */
export async function createShell(folder: string) {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const program = async (name: string, script: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  await program('ringpost', `exec "${process.execPath}" "${join(ROOT, 'src/cli/main.ts')}" "$@"`)
  await program('curl', `PATH=${process.env.PATH} exec curl -sS --fail-with-body "$@"`)

  return {
    /** Runs a script of bash in a folder, with these variables beside PATH, HOME and TZ. */
    async run(script: string, cwd: string, env: Record<string, string>, input = ''): Promise<Ran> {
      const child = spawn('bash', ['-c', script], {
        cwd,
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: cwd, TZ: 'UTC', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      // Not every command reads it.
      child.stdin.on('error', () => undefined).end(input)
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit') as Promise<[number | null]>,
      ])
      return { code, stdout, stderr }
    },
  }
}

import { spawnSync } from 'node:child_process'

const ROOT = new URL('../../', import.meta.url).pathname

/**
 * Where a program is that a test asks, unpacked where need be.
 *
 * @throws Error that says why it cannot be had, and what to do: a test that is skipped in silence proves nothing
 */
export function toolPath(name: 'promtool' | 'fish' | 'zsh'): string {
  const found = spawnSync(process.execPath, ['scripts/bootstrap/tool.mjs', name], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (found.status === 0) return found.stdout.trim()
  const why = found.stderr
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^ringpost: /, '')
  throw new Error(`${why} Install ${name} yourself, so that it is on the PATH.`)
}

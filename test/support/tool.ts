import { spawnSync } from 'node:child_process'

const ROOT = new URL('../../', import.meta.url).pathname

/** Where a program is that a test asks, unpacked where need be; null where it cannot be had, on what is not Debian. */
export function toolPath(name: 'promtool' | 'fish' | 'zsh'): string | null {
  const found = spawnSync(process.execPath, ['scripts/bootstrap/tool.mjs', name], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return found.status === 0 ? found.stdout.trim() : null
}

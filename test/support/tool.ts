import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = new URL('../../', import.meta.url).pathname

type Tool = 'promtool' | 'fish' | 'zsh' | 'python3' | 'pip3' | 'php' | 'ruby' | 'go'

/** Where a program is that a test asks, unpacked where need be; null where it cannot be had, on what is not Debian. */
export function toolPath(name: Tool, env: NodeJS.ProcessEnv = process.env): string | null {
  const found = spawnSync(process.execPath, ['scripts/bootstrap/tool.mjs', name], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  })
  return found.status === 0 ? found.stdout.trim() : null
}

/**
 * A folder with a package of PyPI for `PYTHONPATH`, got by pip into `.cache`; null where there is no pip.
 *
 * @param requirement a name and version, for a package that needs no other
 */
export function pythonLibrary(python: string, requirement: string): string | null {
  const folder = join(ROOT, '.cache', 'python-libraries', requirement)
  if (existsSync(folder)) return folder
  // A system's Python may be closed to pip; nothing is installed into it here.
  const env = { ...process.env, PYTHON: python, PIP_BREAK_SYSTEM_PACKAGES: '1' }
  const pip = toolPath('pip3', env)
  if (pip === null) return null
  const part = `${folder}-${process.pid}.part`
  mkdirSync(part, { recursive: true })
  const options = ['--quiet', '--no-deps', '--no-input', '--disable-pip-version-check']
  const { status, stderr } = spawnSync(pip, ['install', ...options, '--target', part, requirement], {
    encoding: 'utf8',
    env,
  })
  if (status !== 0) throw new Error(`pip could not get ${requirement}: ${stderr}`)
  rmSync(folder, { recursive: true, force: true })
  renameSync(part, folder)
  return folder
}

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, stopSignal } from './run.mjs'
import { SetupError, say } from './say.mjs'

/** What the dashboard is made of; its packages are in package-lock.json. */
const INPUTS = [
  'dashboard/src',
  'dashboard/public',
  'dashboard/index.html',
  'dashboard/vite.config.ts',
  'src/client/client.ts',
  'package-lock.json',
]

/** Whether the built dashboard is missing, or was made of something else. Some hundredths of a second. */
export function dashboardIsStale(root) {
  if (!existsSync(join(root, 'dashboard', 'vite.config.ts'))) return false
  try {
    return readFileSync(join(root, 'dashboard', 'dist', 'made-of'), 'utf8') !== digest(root)
  } catch {
    return true
  }
}

/** Builds the dashboard into `dashboard/dist`, unless it is there already. */
export async function buildDashboard(root, node) {
  if (!dashboardIsStale(root)) return
  say('building the dashboard (vite build)')
  const made = digest(root)
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', join(root, 'dashboard', 'vite.config.ts')]
  const { code, stdout, stderr } = await capture(node, args, { cwd: root })
  if (code !== 0) {
    if (!stopSignal()) process.stderr.write(stdout + stderr)
    throw new SetupError('The dashboard could not be built; the message above says why.')
  }
  writeFileSync(join(root, 'dashboard', 'dist', 'made-of'), made)
}

function digest(root) {
  const hash = createHash('sha256')
  for (const path of INPUTS.flatMap((input) => files(root, input)).sort()) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function files(root, path) {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path)).flatMap((name) => files(root, `${path}/${name}`))
}

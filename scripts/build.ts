/**
 * Builds what is published: `npm run build`. TypeScript becomes JavaScript under dist/ (or the folder that is
 * named, with further arguments for tsc), the Lua scripts go beside the code that reads them, and the dashboard goes
 * where that looks for it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDashboard } from './bootstrap/dashboard.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = resolve(process.argv[2] ?? `${root}dist`)

rmSync(dist, { recursive: true, force: true })
const { status } = spawnSync(
  `${root}node_modules/.bin/tsc`,
  ['--project', 'tsconfig.build.json', '--outDir', dist, ...process.argv.slice(3)],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (status !== 0) process.exit(status ?? 1)
cpSync(`${root}src`, `${dist}/src`, {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
})
await buildDashboard(root, process.execPath)
cpSync(`${root}dashboard/dist`, `${dist}/dashboard/dist`, { recursive: true })

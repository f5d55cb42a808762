/**
 * Builds what is published: `npm run build`. TypeScript becomes JavaScript under dist/, the Lua scripts go
 * beside the code that reads them, and the dashboard goes where that looks for it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildDashboard } from './bootstrap/dashboard.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}dist`

rmSync(dist, { recursive: true, force: true })
const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)
cpSync(`${root}src`, `${dist}/src`, {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
})
await buildDashboard(root, process.execPath)
cpSync(`${root}dashboard/dist`, `${dist}/dashboard/dist`, { recursive: true })

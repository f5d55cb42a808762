// What `npm start`, `npm test` and the long proofs run: sets up what is missing, then hands over. Plain JavaScript without
// packages, because it must run on Node 20 in a fresh clone.
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provideChromium } from './bootstrap/chromium.mjs'
import { buildDashboard, dashboardIsStale } from './bootstrap/dashboard.mjs'
import { chooseNode } from './bootstrap/node.mjs'
import { installPackages } from './bootstrap/packages.mjs'
import { provideRedis } from './bootstrap/redis.mjs'
import { passOnSignals, run, signalCode, stopSignal } from './bootstrap/run.mjs'
import { SetupError, say } from './bootstrap/say.mjs'
import { printCounts, start, test } from './bootstrap/verbs.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [verb, ...args] = process.argv.slice(2)

async function main() {
  if (verb !== 'start' && verb !== 'test' && verb !== 'run') {
    say('usage: node scripts/bootstrap.mjs start|test|run FILE [arguments]')
    return 2
  }
  passOnSignals()
  await installPackages(root, { dev: verb !== 'start' || dashboardIsStale(root) })
  const node = await chooseNode(root)
  const redisFolder = await provideRedis(root, { verb })
  if (verb !== 'run') await buildDashboard(root, node)
  const chromium = verb === 'test' && needsBrowser(root, args) ? await provideChromium(root) : null
  if (stopSignal()) return signalCode(stopSignal())
  const path = [redisFolder, join(root, 'node_modules', '.bin'), dirname(node), process.env.PATH]
  const env = {
    ...process.env,
    PATH: path.filter(Boolean).join(delimiter),
    ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
  }
  if (verb === 'run') return run(node, args, { cwd: root, env })
  return verb === 'start' ? start({ node, root, env, args }) : test({ root, env, args })
}

/** Whether tests of the dashboard are among those that are asked for. */
function needsBrowser(root, args) {
  const named = args.filter((arg) => arg.startsWith('test/'))
  return (
    existsSync(join(root, 'test', 'dashboard')) &&
    (named.length === 0 || named.some((arg) => arg.startsWith('test/dashboard')))
  )
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  // After Ctrl-C the failed step is no news.
  if (!stopSignal()) say(error.message)
  process.exitCode = stopSignal() ? signalCode(stopSignal()) : 1
  if (verb === 'test') printCounts({ passed: 0, failed: 1 })
}

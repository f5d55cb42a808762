/**
 * Makes the picture of the README: `npm run screenshot`. Runs the demo until there is something to see, with
 * more callers in the hours before than the demo has patience for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PICTURE = join(ROOT, 'docs/images/dashboard.png')
/** How long the demo runs first (ms). */
const PATIENCE_MS = 5 * 60_000

async function addressOf(demo: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of demo.stdout ?? []) {
    output += chunk
    const url = /is running at (http:\S+)/.exec(output)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`The demo did not start:\n${output}`)
}

const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-screenshot-'))
const demo = spawn(process.execPath, ['src/main.ts'], {
  cwd: ROOT,
  env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', RINGPOST_DATA_DIR: dataDir },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await addressOf(demo)
  const token = (await readFile(join(dataDir, 'demo/api-token'), 'utf8')).trim()
  await wait(Number(process.env.PATIENCE_MS ?? PATIENCE_MS))
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? join(ROOT, '.cache/chromium/bin/chromium'),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  await page.goto(`${url}/dashboard`)
  await page.getByLabel('API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Everything works.').waitFor()
  await page.getByText('Latest events').waitFor()
  await wait(1_000)
  await page.screenshot({ path: PICTURE })
  await browser.close()
} finally {
  demo.kill('SIGTERM')
  await new Promise((resolve) => demo.once('exit', resolve))
  await rm(dataDir, { recursive: true, force: true })
}

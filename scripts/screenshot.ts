/** Makes the picture of the README: `npm run screenshot`. Runs the demo until there is something to see. */
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

/** Its output is read to its end: it would stop at a pipe that nobody empties. */
function addressOf(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    demo.stdout?.on('data', (chunk) => {
      output = (output + chunk).slice(-10_000)
      const url = /is running at (http:\S+)/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
    demo.once('exit', () => reject(new Error(`The demo did not start:\n${output}`)))
  })
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
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    timeout: 60_000,
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1300 }, reducedMotion: 'reduce' })
    await page.goto(`${url}/dashboard`)
    await page.getByLabel('API token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Everything works.').waitFor()
    await page.getByText('Latest events').waitFor()
    await page.mouse.move(0, 0)
    await wait(1_000)
    await page.screenshot({ path: PICTURE })
  } finally {
    await browser.close()
  }
} finally {
  if (demo.exitCode === null && demo.signalCode === null) {
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGTERM')
    await ended
  }
  await rm(dataDir, { recursive: true, force: true })
}

import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Where `npm test` found a browser; without one, the tests that need it are skipped. */
export const CHROMIUM = process.env.CHROMIUM_PATH

/** Pictures of the screens, to be looked at by people; not in git. */
const SCREENSHOTS = fileURLToPath(new URL('../../.cache/screenshots/', import.meta.url))

/** Of a page, a picture has so much at most. */
const LONGEST_PX = 3_200

/** What a browser may take to start, and to end by itself (ms). */
const START_MS = 60_000
const END_MS = 10_000
/** What one step in a page may take (ms): a machine that is busy with other tests needs its time for a picture, too. */
const STEP_MS = 60_000
/** The same for a test of many steps. */
export const TEST_MS = 240_000

/** A browser of its own, and what ends it whatever state it is in. */
export interface OwnBrowser {
  browser: Browser
  close(): Promise<void>
}

/** Starts a Chromium. A busy machine may be slow at it; one that hangs fails the tests and does not hold them. */
export async function launchBrowser(): Promise<OwnBrowser> {
  const server = await chromium.launchServer({
    executablePath: CHROMIUM ?? '',
    timeout: START_MS,
    // In a container there is no sandbox to be had, and no graphics card.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  const browser = await chromium.connect(server.wsEndpoint(), { timeout: START_MS })
  return {
    browser,
    async close() {
      const closed = await inTime(browser.close().then(() => server.close()))
      // What does not end when it is told to is ended.
      if (!closed) await inTime(server.kill())
    },
  }
}

/** @returns whether it was done in time; what fails is done, too */
async function inTime(doing: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), END_MS)
  })
  try {
    return await Promise.race([
      doing.then(
        () => true,
        () => true,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** A page that nobody is signed in with, and everything that went wrong in it. */
export interface Seen {
  page: Page
  context: BrowserContext
  /** Errors of scripts, what the Content-Security-Policy refused, and requests to another host. */
  faults: string[]
}

/** Opens a page of its own cookies, for the time of the test. */
export async function openPage(
  { browser }: OwnBrowser,
  url: string,
  options: { theme?: 'light' | 'dark'; width?: number; path?: string } = {},
): Promise<Seen> {
  const { theme = 'light', width = 1280, path = '/dashboard' } = options
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
  })
  onTestFinished(async () => void (await inTime(context.close())))
  const page = await context.newPage()
  page.setDefaultTimeout(STEP_MS)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('crash', () => faults.push('the page crashed'))
  page.on('console', (message) => {
    // A refused request is shown to the person, and the browser notes it here, too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text())
    }
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`a request to ${request.url()}`)
  })
  await page.goto(url + path)
  return { page, context, faults }
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('main#content').waitFor()
}

/** @param what the page from its top, or what is seen of it where it is scrolled to */
export async function screenshot(page: Page, name: string, what: 'page' | 'seen' = 'page'): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  if (what === 'seen') return void (await page.screenshot({ path: `${SCREENSHOTS}${name}.png` }))
  const width = page.viewportSize()?.width ?? 1280
  // Of a long list, what is not seen is not drawn.
  const height = Math.min(
    LONGEST_PX,
    (await page.evaluate('document.documentElement.scrollHeight')) as number,
  )
  const clip = { x: 0, y: 0, width, height }
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true, clip, animations: 'disabled' })
}

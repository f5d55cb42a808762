import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { TOKEN } from '../api/support.ts'
import { startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, TEST_MS } from './browser.ts'

/** Loopback counts as safe in a browser, and shows less. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

let browser: OwnBrowser
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launchBrowser()
}, TEST_MS)
afterAll(async () => {
  if (CHROMIUM !== undefined) await browser.close()
})

test.skipIf(CHROMIUM === undefined)(
  'the browsable description is there over plain http from another machine, and asks nobody else for anything',
  { timeout: TEST_MS },
  async () => {
    const data = await temporaryDataDir()
    onTestFinished(() => data.remove())
    const ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: { HOST: ADDRESS ?? '127.0.0.1', RINGPOST_API_TOKEN: TOKEN, RINGPOST_DEMO: 'false' },
    })
    onTestFinished(async () => void (await ringpost.stop()))
    const { page, faults } = await openPage(browser, ringpost.url, { path: '/docs' })
    await page.getByRole('heading', { name: /ringpost/ }).waitFor()
    await page.locator('#operations-sources-listSources button').first().click()
    await page.getByRole('button', { name: 'Execute' }).click()
    // Nobody has signed in: it is an answer of the server all the same.
    await page.getByText('A valid token is needed').first().waitFor()
    await screenshot(page, 'api-docs', 'seen')
    expect(faults).toEqual([])
  },
)

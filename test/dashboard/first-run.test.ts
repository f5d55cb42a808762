import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn, TEST_MS } from './browser.ts'
import { type Scene, startScene } from './scene.ts'

const browserTest = test.skipIf(CHROMIUM === undefined)

let browser: OwnBrowser
let scene: Scene
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launchBrowser()
}, 120_000)
afterAll(() => browser?.close(), 60_000)
beforeEach(async () => {
  scene = await startScene()
}, 120_000)
afterEach(() => scene?.stop(), 60_000)

browserTest(
  'somebody who has read nothing comes from an empty ringpost to a delivered test and the first caller',
  async () => {
    const { page, faults } = await openPage(browser, scene.url)
    await page.getByLabel('API token').fill('rp_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('This is not the API token').waitFor()
    await signIn(page, scene.token)

    await page.getByRole('heading', { name: 'From here to your first alert' }).waitFor()
    await screenshot(page, 'first-run-1-empty')
    await page.getByRole('link', { name: 'Add a source' }).click()
    await page.getByLabel('Name').fill('Support line')
    await page.getByLabel('API key').fill('wrong_key')
    await page.getByLabel('Region').selectOption({ label: 'Another address…' })
    await page.getByLabel('Address').fill(scene.simulator.url)
    await page.getByRole('button', { name: 'Test and add' }).click()
    await page.getByRole('alert').waitFor()
    await screenshot(page, 'first-run-2-wrong-key')
    expect((await scene.ringpost.api<{ data: unknown[] }>('GET', '/v1/sources')).body.data).toEqual([])
    await page.getByLabel('API key').fill('sim_key')
    await page.getByRole('button', { name: 'Test and add' }).click()

    await page.getByText('120 users recorded, no alerts sent.').waitFor()
    await screenshot(page, 'first-run-3-baseline')
    await page.getByLabel('Getting started').getByRole('link', { name: 'Add an endpoint' }).click()
    await page.getByRole('link', { name: /^Webhook/ }).click()
    await page.getByLabel('URL').fill('http://10.0.0.1/hook')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('URL').fill(scene.receiver.url)
    await page.getByLabel('Name').fill('CRM')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByText(/^whsec_/).waitFor()
    await screenshot(page, 'first-run-4-secret')
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Delivered.', { exact: true }).waitFor()
    expect(scene.receiver.webhooks.map(({ event }) => event.type)).toEqual(['ringpost.test'])
    await page.getByRole('link', { name: 'To the overview' }).click()
    await page.getByText('Everything works.').waitFor()
    await screenshot(page, 'first-run-5-live')

    scene.simulator.call({ user_id: '+15550100' })
    await page.getByText('+15550100 called for the first time').first().waitFor()
    await until(() => scene.receiver.webhooks.length === 2)
    expect(faults).toEqual([])

    // Of a ringpost that does not answer, nobody is told that everything works.
    await page.getByText('Everything works.').waitFor()
    await scene.ringpost.stop()
    await page.getByText('ringpost does not answer. Is it running?').waitFor()
    await page.locator('nav').getByText('Reconnecting…').waitFor()
    expect(await page.getByText('Everything works.').count()).toBe(0)
    await screenshot(page, 'first-run-6-gone')
  },
  TEST_MS,
)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn } from './browser.ts'
import { type Scene, startScene } from './scene.ts'

const browserTest = test.skipIf(CHROMIUM === undefined)

let browser: OwnBrowser
let scene: Scene
let source: string
let endpoint: string
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await launchBrowser()
  scene = await startScene()
  const { api } = scene.ringpost
  source = (
    await api<{ id: string }>('POST', '/v1/sources', {
      name: 'Support line',
      base_url: scene.simulator.url,
      api_key: 'sim_key',
    })
  ).body.id
  await until(
    async () => (await api<{ state: string }>('GET', `/v1/sources/${source}`)).body.state === 'live',
  )
  endpoint = (
    await api<{ id: string }>('POST', '/v1/endpoints', { url: scene.receiver.url, description: 'CRM' })
  ).body.id
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
}, 60_000)

async function open(path = '') {
  const seen = await openPage(browser, scene.url)
  await signIn(seen.page, scene.token)
  if (path !== '') await seen.page.goto(`${scene.url}/dashboard${path}`)
  return seen
}

browserTest(
  'a call appears in the live feed and in the lists without a reload; a paused feed holds still',
  async () => {
    const { page, faults } = await open('/live')
    await page.getByText('Waiting for the next call').waitFor()
    await page.locator('nav').getByText('Connected', { exact: true }).waitFor()
    scene.simulator.call({ user_id: '+15550200' })
    await page.getByText('+15550200 called for the first time').waitFor()
    await page.getByText(/^Answered 204/).waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    const list = await open('/events')
    scene.simulator.call({ user_id: '+15550201' })
    await list.page.getByText('+15550201 called for the first time').waitFor()
    await page.getByText('2 new since.').waitFor()
    expect(await page.getByText('+15550201').count()).toBe(0)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('+15550201 called for the first time').waitFor()
    expect(faults).toEqual([])
  },
  60_000,
)

browserTest(
  'a receiver that failed is mended from the overview: what is wrong, test, count, recover',
  async () => {
    scene.receiver.answer(() => 500)
    scene.simulator.call({ user_id: '+15550300' })
    const { page, faults } = await open()
    await page
      .getByRole('region', { name: 'What needs attention' })
      .getByText('CRM does not take its webhooks')
      .click()
    await page.getByText('It has been failing since').waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Not delivered.').waitFor()

    await page.goto(`${scene.url}/dashboard/deliveries?status=retrying`)
    await page.getByRole('list', { name: 'Deliveries' }).getByText('New caller').click()
    await page.getByText('The next attempt is').waitFor()
    await page
      .getByText('The next attempt is')
      .getByText(/in (59|1:00):\d\d|in 1:0\d:\d\d/)
      .waitFor()
    await screenshot(page, 'use-retrying')

    scene.receiver.answer(() => 204)
    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.getByRole('heading', { level: 1 }).getByText('Delivered').waitFor()
    await page.getByText('Attempt 2').waitFor()

    await page.goto(`${scene.url}/dashboard/endpoints/${endpoint}`)
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'Everything, also what it has got' })
    await page.getByRole('button', { name: 'Count' }).click()
    const before = scene.receiver.webhooks.length
    const again = page.getByRole('button', { name: /^Send \d+ again$/ })
    const queued = Number(/\d+/.exec((await again.textContent()) ?? '')?.[0])
    expect(queued).toBeGreaterThan(0)
    expect(scene.receiver.webhooks.length).toBe(before)
    await again.click()
    await until(() => scene.receiver.webhooks.length === before + queued)
    expect(faults).toEqual([])
  },
  60_000,
)

browserTest(
  'an endpoint is paused, its secret shown and rotated, and it is deleted after a question',
  async () => {
    const { body } = await scene.ringpost.api<{ id: string; secret: string }>('POST', '/v1/endpoints', {
      url: `${scene.receiver.url}/second`,
      description: 'Second',
    })
    const { page, faults } = await open(`/endpoints/${body.id}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('heading', { level: 1 }).getByText('Paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText(body.secret).waitFor()

    await page.getByRole('button', { name: 'Rotate…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Rotate', exact: true }).click()
    const rotated = await dialog.getByText(/^whsec_/).textContent()
    expect(rotated).not.toBe(body.secret)
    await screenshot(page, 'use-rotated')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Delete the endpoint' }).click()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Delete the endpoint' }).click()
    await screenshot(page, 'use-delete')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor()
    expect((await scene.ringpost.api('GET', `/v1/endpoints/${body.id}`)).status).toBe(404)
    expect(faults).toEqual([])
  },
  60_000,
)

browserTest(
  'a caller is found, and erased only when the word is typed',
  async () => {
    scene.simulator.call({ user_id: '+15550400' })
    const { page } = await open('/users')
    await until(async () => {
      const path = `/v1/sources/${source}/users/${encodeURIComponent('+15550400')}`
      return (await scene.ringpost.api('GET', path)).status === 200
    })
    scene.simulator.removeUser('+15550400')
    await page.getByLabel('Find a caller').fill('+15550400')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByRole('list', { name: 'Callers' }).getByText('+15550400').click()
    await page
      .getByRole('list', { name: 'History' })
      .getByText('+15550400 called for the first time')
      .waitFor()
    await page.getByRole('button', { name: 'Erase all data…' }).click()
    const dialog = page.getByRole('dialog')
    const erase = dialog.getByRole('button', { name: 'Erase' })
    expect(await erase.isDisabled()).toBe(true)
    await dialog.getByLabel('Type erase to go on').fill('erase')
    await erase.click()
    await page.getByText(/^Erased: 1 event/).waitFor()
  },
  60_000,
)

browserTest(
  'a flood of new callers waits for a decision, which is taken after a question',
  async () => {
    const { page, faults } = await open()
    scene.simulator.seed({ users: 700, idOf: (i) => `flood_${i}`, spacingSecs: 0 })
    await page.getByText('Support line waits for your decision').click()
    await page.getByRole('heading', { name: 'This waits for your decision' }).waitFor()
    await screenshot(page, 'use-decision')
    await page.getByRole('button', { name: 'Record it in silence' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Record in silence' }).click()
    await page.getByText('Decided.').waitFor()
    await page.getByRole('heading', { level: 1 }).getByText('Live').waitFor()
    expect(scene.receiver.webhooks.some(({ body }) => body.includes('flood_'))).toBe(false)
    expect(faults).toEqual([])
  },
  60_000,
)

browserTest(
  'a list of 10,000 deliveries is read as it is scrolled',
  async () => {
    const { page } = await open()
    const asked: number[] = []
    const row = (i: number) => ({
      id: `dlv_${i}`,
      event_id: `evt_${i}`,
      event_type: 'user.created',
      endpoint_id: endpoint,
      status: 'succeeded',
      created_at: new Date(Date.now() - i * 1_000).toISOString(),
      next_attempt_at: null,
      error: null,
      attempts: [],
    })
    // Lists of as many are tested in test/log; here only the page is.
    await page.route('**/v1/deliveries?*', async (route) => {
      const { searchParams } = new URL(route.request().url())
      const from = Number(searchParams.get('cursor') ?? 0)
      const to = Math.min(10_000, from + Number(searchParams.get('limit')))
      asked.push(from)
      const data = Array.from({ length: to - from }, (_, i) => row(from + i))
      await route.fulfill({ json: { data, next_cursor: to < 10_000 ? String(to) : null } })
    })
    await page.goto(`${scene.url}/dashboard/deliveries`)
    await page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem').first().waitFor()
    const scrollOn = `scrollTo(0, document.documentElement.scrollHeight),
      document.querySelectorAll('[aria-label="Deliveries"] [role="listitem"]').length`
    await until(async () => (await page.evaluate(scrollOn)) === 10_000, { within: 100_000 })
    // Each page is asked for once: the first of 100, the others of 250.
    expect(asked.filter((from) => from > 0).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => 100 + 250 * i),
    )
    // What has been scrolled away is not drawn, so that a jump into the middle is a frame and not a wait.
    const drawn = await page.evaluate(
      `[...document.querySelectorAll('[role="listitem"]')].filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length`,
    )
    expect(drawn).toBeLessThan(500)
  },
  120_000,
)

browserTest(
  'signing out ends the session here and at the server',
  async () => {
    const { page, context } = await open()
    const [cookie] = await context.cookies(`${scene.url}/v1`)
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/v1' })
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API token').waitFor()
    const again = await fetch(`${scene.url}/v1/sources`, {
      headers: { cookie: `${cookie?.name}=${cookie?.value}` },
    })
    expect(again.status).toBe(401)
    await page.goto(`${scene.url}/dashboard/endpoints`)
    await page.getByLabel('API token').waitFor()
  },
  60_000,
)

browserTest(
  'who may only look is offered nothing that changes something',
  async () => {
    const { body } = await scene.ringpost.api<{ token: string }>('POST', '/v1/tokens', {
      name: 'Reader',
      scopes: ['read'],
    })
    const { page } = await openPage(browser, scene.url)
    await signIn(page, body.token)
    await page.goto(`${scene.url}/dashboard/endpoints/${endpoint}`)
    await page.getByRole('heading', { name: 'Latest deliveries' }).waitFor()
    expect(await page.getByRole('button', { name: /Pause|Send a test|Delete|Rotate|Show/ }).count()).toBe(0)
    await page.goto(`${scene.url}/dashboard/settings`)
    await page.getByText('the token "Reader"').waitFor()
  },
  60_000,
)

browserTest(
  'it can be used by the keyboard alone',
  async () => {
    const { page } = await openPage(browser, scene.url)
    await page.getByLabel('API token').waitFor()
    await page.keyboard.type(scene.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.keyboard.press('Shift+Tab')
    const focused = 'document.activeElement.textContent'
    for (let i = 0; i < 30 && (await page.evaluate(focused)) !== 'Endpoints'; i++) {
      await page.keyboard.press('Shift+Tab')
    }
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor()
    // The focus is at the new screen's name, so that Tab goes on from there.
    expect(await page.evaluate(focused)).toBe('Endpoints')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(focused)).toContain('Add an endpoint')
  },
  60_000,
)

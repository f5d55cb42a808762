import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { mastersOf } from '../../src/redis/client.ts'
import { redisBeside } from '../e2e/ringpost.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn, TEST_MS } from './browser.ts'
import { type Scene, startScene } from './scene.ts'
import { settled } from './settled.ts'

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
  TEST_MS,
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
    await page.getByText(/It has been failing since .*answered 500/).waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Not delivered.').waitFor()
    await page.getByRole('button', { name: 'Count', exact: true }).click()
    await page.getByText('On the way by itself: 1 delivery.').waitFor()

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
    await page.getByRole('button', { name: 'Count', exact: true }).click()
    const before = scene.receiver.webhooks.length
    const again = page.getByRole('button', { name: /^Send \d+ again$/ })
    const queued = Number(/\d+/.exec((await again.textContent()) ?? '')?.[0])
    expect(queued).toBeGreaterThan(0)
    expect(scene.receiver.webhooks.length).toBe(before)
    await again.click()
    await until(() => scene.receiver.webhooks.length === before + queued)
    expect(faults).toEqual([])
  },
  TEST_MS,
)

browserTest(
  'what polls did is listed as they are made, and looked up by a time',
  async () => {
    const { page, faults } = await open(`/sources/${source}`)
    const card = page.locator('section', { has: page.getByRole('heading', { name: 'Polls', exact: true }) })
    await card.getByText('Nothing to tell').first().waitFor()
    scene.simulator.call({ user_id: '+15550250' })
    await card.getByText('New caller: 1').first().waitFor()
    await scene.simulator.refuseConnections()
    onTestFinished(() => scene.simulator.acceptConnections())
    await card.getByText('Failed', { exact: true }).first().waitFor()
    await card.getByText('cannot be reached').first().waitFor()
    await screenshot(page, 'use-polls')
    await page.emulateMedia({ colorScheme: 'dark' })
    await screenshot(page, 'use-polls-dark')

    const at = card.getByLabel('Up to')
    const localMinute = (ms: number) =>
      new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
    await at.fill(localMinute(Date.now() - 86_400_000))
    await card.getByText('Nothing is known of that time').waitFor()
    await at.fill(localMinute(Date.now()))
    await card.getByText('New caller: 1').first().waitFor()
    await card.getByRole('button', { name: 'The latest' }).click()
    await card.getByText('Failed', { exact: true }).first().waitFor()
    expect(await at.inputValue()).toBe('')
    expect(faults).toEqual([])
  },
  TEST_MS,
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
  TEST_MS,
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
  TEST_MS,
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
  TEST_MS,
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
      user_id: `+1555${i}`,
      backfill: false,
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
    // Calls come in meanwhile, and the list is read anew with each.
    let calls = 0
    const timer = setInterval(() => scene.simulator.call({ user_id: `+1555050${calls++ % 10}` }), 300)
    onTestFinished(() => clearInterval(timer))
    await until(async () => (await page.evaluate(scrollOn)) === 10_000, { within: 100_000 })
    clearInterval(timer)
    // Each page is asked for once: the first of 100, the others of 250.
    expect(asked.filter((from) => from > 0).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => 100 + 250 * i),
    )
    // What has been scrolled away is not drawn, so that a jump into the middle is a frame and not a wait.
    const drawn = await page.evaluate(
      `[...document.querySelectorAll('[role="listitem"]')].filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length`,
    )
    expect(drawn).toBeLessThan(500)

    // All of it is there again for whoever comes back to it.
    const far = page.locator('main a[href$="/deliveries/dlv_5000"]')
    await far.scrollIntoViewIfNeeded()
    const topOf = async () => Math.round((await far.boundingBox())?.y ?? Number.NaN)
    const top = await settled(page, topOf)
    await far.click()
    await page.getByText('There is no such delivery').waitFor()
    await page.goBack()
    await until(async () => (await far.count()) === 1 && Math.abs((await topOf()) - top) <= 2)
  },
  TEST_MS,
)

browserTest(
  'whoever comes back from one delivery finds the list where it was left, filters and all',
  async () => {
    for (let i = 0; i < 150; i++) scene.simulator.call({ user_id: `+1555060${String(i).padStart(4, '0')}` })
    await until(() => scene.receiver.webhooks.filter(({ body }) => body.includes('+1555060')).length >= 150)
    const { page, faults } = await open('/deliveries?status=succeeded')
    const rows = page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
    await rows.first().waitFor()
    // Beyond the first page, which has a hundred.
    await until(async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
      return (await rows.count()) > 120
    })
    const row = rows.nth(115)
    await row.scrollIntoViewIfNeeded()
    const caller = (await row.locator('.row-caller').textContent()) ?? ''
    expect(caller).toContain('+1555060')
    const topOf = async () => Math.round((await row.boundingBox())?.y ?? Number.NaN)
    const [top, address] = [await topOf(), page.url()]
    for (const back of [
      () => page.goBack(),
      () => page.getByRole('main').getByRole('link', { name: 'Deliveries' }).click(),
    ]) {
      await row.getByRole('link').click()
      await page.getByText('Attempt 1').waitFor()
      expect(await page.evaluate('scrollY')).toBe(0)
      await back()
      await until(async () => Math.abs((await topOf()) - top) <= 2)
      expect(await row.locator('.row-caller').textContent()).toBe(caller)
      expect(page.url()).toBe(address)
    }
    // By the menu it is a list of its own, from the top.
    await page.getByRole('navigation').getByRole('link', { name: 'Deliveries' }).click()
    await until(async () => (await page.evaluate('scrollY')) === 0)
    expect(faults).toEqual([])
  },
  TEST_MS,
)

browserTest(
  'known callers are sent to an endpoint: counted, begun, followed, stopped and ended',
  async () => {
    const { api } = scene.ringpost
    const crm = await startTestReceiver()
    onTestFinished(() => crm.close())
    const { body } = await api<{ id: string }>('POST', '/v1/endpoints', {
      url: crm.url,
      description: 'New CRM',
      event_types: ['user.removed'],
    })
    const { page, faults } = await open(`/endpoints/${body.id}`)
    const card = page
      .locator('section.card')
      .filter({ has: page.getByRole('heading', { name: 'Known callers' }) })
    await card.getByLabel('Who', { exact: true }).selectOption({ label: 'Those of whom a filter holds' })
    await card.getByLabel('Filter').fill('{ "data.user.user_id": ')
    await card.getByRole('button', { name: 'Count callers' }).click()
    await card.getByText('This is not JSON yet').waitFor()
    await card.getByLabel('Filter').fill('{ "data.user.user_id": { "shouts": true } }')
    await card.getByRole('button', { name: 'Count callers' }).click()
    await until(async () => (await card.getByLabel('Filter').getAttribute('aria-invalid')) === 'true')
    await card.getByLabel('Filter').fill('{ "data.user.user_id": ["+14155550100", "+14155550101"] }')
    await card.getByRole('button', { name: 'Count callers' }).click()
    await card.getByRole('button', { name: 'Send 2 callers' }).waitFor()
    const live = await open('/live')
    await live.page.locator('nav').getByText('Connected', { exact: true }).waitFor()
    // Nothing is sent by a count, and another wish is counted anew.
    expect(crm.webhooks).toEqual([])
    await card.getByLabel('Who', { exact: true }).selectOption({ label: 'Everybody' })
    expect(await card.getByRole('button', { name: /^Send/ }).count()).toBe(0)
    await card.getByLabel('Who', { exact: true }).selectOption({ label: 'Those of whom a filter holds' })
    await card.getByRole('button', { name: 'Count callers' }).click()
    await card.getByRole('button', { name: 'Send 2 callers' }).click()
    await card.getByText('Everybody is queued').waitFor()
    await until(() => crm.webhooks.length === 2)
    expect(crm.webhooks.map(({ event }) => event.data)).toEqual([
      expect.objectContaining({ backfill: true }),
      expect.objectContaining({ backfill: true }),
    ])

    const lately = page.locator('section.card').filter({ hasText: 'Latest deliveries' })
    await until(async () => (await lately.getByText('Known caller').count()) === 2)
    expect(await lately.getByText('New caller').count()).toBe(0)
    // Whoever watches sees the same.
    const attempts = live.page.getByRole('main').locator('.attempt-row').filter({ hasText: 'to New CRM' })
    await until(async () => (await attempts.count()) === 2)
    expect(await attempts.getByText(/^Known caller/).count()).toBe(2)
    expect(live.faults).toEqual([])
    await live.page.close()

    // Once more: those whom it was sent before are left out. With the endpoint paused it rests, and can be stopped.
    await card.getByLabel('Who', { exact: true }).selectOption({ label: 'Everybody' })
    await card.getByRole('button', { name: 'Count callers' }).click()
    const send = card.getByRole('button', { name: /^Send [\d,]+ callers$/ })
    const all = Number((await send.textContent())?.replace(/\D/g, ''))
    expect(all).toBeGreaterThanOrEqual(120)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await send.click()
    await card.getByRole('alert').getByText('is disabled').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await send.click()
    await card.getByText(`${all - 2} callers, 2 more had been sent before`).waitFor()
    await until(() => crm.webhooks.length === all)
    await screenshot(page, 'use-backfill')

    // More than may wait at a time, at a receiver that does not answer: it is under way until it is stopped.
    const flood = Array.from({ length: 1_500 }, (_, i) => `backfill_${i}`)
    scene.simulator.seed({ users: flood.length, idOf: (i) => flood[i] ?? '', spacingSecs: 0 })
    await until(async () => {
      const { body } = await api<{ state: string }>('GET', `/v1/sources/${source}`)
      return body.state === 'needs_attention'
    })
    expect((await api('POST', `/v1/sources/${source}/accept`, { as: 'baseline' })).status).toBeLessThan(300)
    await until(async () => {
      const { body } = await api<{ known_users: number }>('GET', `/v1/sources/${source}`)
      return body.known_users >= flood.length
    })
    crm.answer(() => 503)
    await card.getByRole('button', { name: 'Count callers' }).click()
    await send.click()
    const progress = card.getByRole('region', { name: 'Sending known callers' })
    await progress.getByText(/waiting to be delivered/).waitFor()
    await screenshot(page, 'use-backfill-running')
    await progress.getByRole('button', { name: 'Stop' }).click()
    await card.getByText('Stopped', { exact: false }).waitFor()
    const { body: ended } = await api<{ state: string; seen: number; users: number }>(
      'GET',
      `/v1/endpoints/${body.id}/backfill`,
    )
    expect(ended.state).toBe('stopped')
    expect(ended.seen).toBeLessThan(ended.users)
    expect(faults).toEqual([])
    await api('DELETE', `/v1/endpoints/${body.id}`)
  },
  TEST_MS,
)

browserTest(
  "Redis' memory is shown against its limit, and told of where it is nearly full",
  async () => {
    const redis = await redisBeside(scene.dataDir)
    await redis.ping()
    // Of a cluster, the node that is fullest is shown: one has a limit, and the others none.
    const [node] = mastersOf(redis)
    if (node === undefined) throw new Error('Redis has no server.')
    onTestFinished(async () => {
      await node.config('SET', 'maxmemory', '0')
      redis.disconnect()
    })
    const { page, faults } = await open('/settings')
    const memory = page.locator('dl > div').filter({ hasText: 'Memory of Redis' })
    await memory.getByText('without a limit').waitFor()
    const used = Number(/used_memory:(\d+)/.exec(await node.info('memory'))?.[1])
    await node.config('SET', 'maxmemory', String(used * 4))
    await page.reload()
    const meter = page.getByLabel('Share of the memory')
    await meter.waitFor()
    const value = Number(await meter.getAttribute('value'))
    expect(value).toBeGreaterThan(0.1)
    expect(value).toBeLessThan(0.5)
    await node.config('SET', 'maxmemory', String(Math.ceil(used * 1.06)))
    await page.reload()
    const checks = page.getByRole('list', { name: 'Checks' })
    await checks.getByText(/^Redis has used 9\d % of its maxmemory/).waitFor()
    expect(Number(await meter.getAttribute('value'))).toBeGreaterThan(0.85)
    await screenshot(page, 'use-memory')
    expect(faults).toEqual([])
  },
  TEST_MS,
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
  TEST_MS,
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
  TEST_MS,
)

browserTest(
  'it can be used by the keyboard alone',
  async () => {
    const { page } = await openPage(browser, scene.url)
    // It has the focus by itself, a moment after it is there.
    await page.locator('input:focus').waitFor()
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
    // The focus comes to the new screen's name, so that Tab goes on from there.
    await page.locator('h1:focus').waitFor()
    expect(await page.evaluate(focused)).toBe('Endpoints')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(focused)).toContain('Add an endpoint')
  },
  TEST_MS,
)

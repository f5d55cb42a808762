import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn, TEST_MS } from './browser.ts'
import { HOSTILE_IDS, type Scene, startScene } from './scene.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: OwnBrowser
let scene: Scene
let ids: Record<'source' | 'endpoint' | 'broken' | 'delivery' | 'event', string>
let closeReceiver: () => Promise<void>

/** A ringpost that has seen something: callers of every kind, an endpoint that works and one that does not. */
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await launchBrowser()
  scene = await startScene()
  const { api } = scene.ringpost
  const broken = await startTestReceiver()
  closeReceiver = broken.close
  broken.answer(() => 503)
  const create = async (path: string, body: object) => {
    const answer = await api<{ id: string }>('POST', path, body)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body.id
  }
  const source = await create('/v1/sources', {
    name: 'Support line',
    base_url: scene.simulator.url,
    api_key: 'sim_key',
  })
  await until(
    async () => (await api<{ state: string }>('GET', `/v1/sources/${source}`)).body.state === 'live',
  )
  const endpoint = await create('/v1/endpoints', { url: scene.receiver.url, description: 'CRM' })
  const failing = await create('/v1/endpoints', { url: broken.url, description: '<b>Alerts</b>' })
  await create('/v1/tokens', { name: 'Reporting', scopes: ['read'] })
  for (const user_id of ['+15550100', '+15550101', '+15550102', ...HOSTILE_IDS]) {
    scene.simulator.call({ user_id, agent_name: '<i>Front</i> Desk', agent_id: 'agent_front' })
  }
  scene.simulator.call({ user_id: '+14155550100' })
  await until(() => scene.receiver.webhooks.length >= 9 && broken.webhooks.length >= 9)
  const first = async (path: string) => {
    const { body } = await api<{ data: { id: string }[] }>('GET', path)
    return body.data[0]?.id ?? ''
  }
  ids = {
    source,
    endpoint,
    broken: failing,
    delivery: await until(() => first(`/v1/deliveries?endpoint_id=${failing}&status=retrying`)),
    event: await first('/v1/events?type=user.created'),
  }
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
  await closeReceiver?.()
}, 60_000)

const SCREENS: Record<string, () => Record<string, string>> = {
  'what happens': () => ({
    overview: '',
    live: '/live',
    callers: '/users',
    'callers-none': '/users?q=nobody',
    caller: `/users?source=${ids.source}&user=${encodeURIComponent(HOSTILE_IDS[0] ?? '')}`,
    events: '/events',
    event: `/events/${ids.event}`,
    deliveries: '/deliveries',
    'deliveries-filtered': `/deliveries?status=retrying&endpoint=${ids.broken}`,
    delivery: `/deliveries/${ids.delivery}`,
  }),
  endpoints: () => ({
    endpoints: '/endpoints',
    endpoint: `/endpoints/${ids.endpoint}`,
    'endpoint-failing': `/endpoints/${ids.broken}`,
    'endpoint-kinds': '/endpoints/new',
    'endpoint-new': '/endpoints/new?kind=webhook',
    'endpoint-new-slack': '/endpoints/new?kind=slack',
    'endpoint-edit': `/endpoints/${ids.endpoint}/edit`,
    'not-there': '/endpoints/ep_not_there',
  }),
  'sources, settings and none': () => ({
    sources: '/sources',
    source: `/sources/${ids.source}`,
    'source-new': '/sources/new',
    'source-edit': `/sources/${ids.source}/edit`,
    settings: '/settings',
    nowhere: '/nowhere',
  }),
}

interface Violation {
  id: string
  impact: string
  nodes: { html: string }[]
}

/** What is tried of a page: its colours are all that another theme changes. */
const ALL = {}
const COLOURS = { runOnly: ['color-contrast'] }

async function seriousViolations(page: Page, what: object): Promise<string[]> {
  // Past the page's Content-Security-Policy, as a browser's extension would be.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE)
  const options = JSON.stringify({ ...what, resultTypes: ['violations'] })
  const found = (await page.evaluate(
    `axe.run(${options}).then(({ violations }) => violations)`,
  )) as Violation[]
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

/** Each screen is loaded once, and then seen in each of these. */
const LOOKS = [
  { name: 'light-1280', theme: 'light', width: 1280, examine: ALL },
  { name: 'dark-1280', theme: 'dark', width: 1280, examine: COLOURS },
  { name: 'light-390', theme: 'light', width: 390, examine: ALL },
  { name: 'dark-390', theme: 'dark', width: 390, examine: COLOURS },
] as const

/** Looks at a screen in each way; what is wrong with it is added to `problems`. */
async function look(page: Page, screen: string, problems: string[]): Promise<void> {
  for (const { name, theme, width, examine } of LOOKS) {
    await page.emulateMedia({ colorScheme: theme })
    await page.setViewportSize({ width, height: 800 })
    await screenshot(page, `${screen}-${name}`)
    if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) {
      problems.push(`${screen} scrolls sideways in ${name}`)
    }
    const found = await seriousViolations(page, examine)
    problems.push(...found.map((violation) => `${screen}, ${name}: ${violation}`))
  }
}

test.skipIf(CHROMIUM === undefined)(
  'the way in is whole',
  async () => {
    const { page, faults } = await openPage(browser, scene.url)
    const problems: string[] = []
    await page.getByLabel('API token').waitFor()
    await look(page, 'sign-in', problems)
    expect(problems).toEqual([])
    expect(faults).toEqual([])
  },
  TEST_MS,
)

test.skipIf(CHROMIUM === undefined).each(Object.entries(SCREENS))(
  'screens are whole in light and dark, on a desk and on a phone: %s',
  async (_part, screens) => {
    const { page, faults } = await openPage(browser, scene.url)
    const problems: string[] = []
    await signIn(page, scene.token)
    for (const [screen, path] of Object.entries(screens())) {
      await page.goto(`${scene.url}/dashboard${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await until(async () => (await page.getByRole('status', { name: 'Loading' }).count()) === 0)
      await look(page, screen, problems)
    }
    expect(problems).toEqual([])
    expect(faults).toEqual([])
  },
  // Some 30 pictures and examinations, on a machine that may be busy.
  TEST_MS,
)

test.skipIf(CHROMIUM === undefined)(
  'what comes from outside is shown as text',
  async () => {
    const { page, faults } = await openPage(browser, scene.url)
    await signIn(page, scene.token)
    await page.goto(`${scene.url}/dashboard/users?source=${ids.source}`)
    for (const id of HOSTILE_IDS.slice(0, 4)) {
      // A mark that turns the direction of what follows is shown as what cannot be shown.
      const shown = id.replace('\u202E', '\uFFFD')
      await page.goto(`${scene.url}/dashboard/users?source=${ids.source}&q=${encodeURIComponent(id)}`)
      await page.getByRole('list', { name: 'Callers' }).getByText(shown, { exact: false }).click()
      await page.getByRole('heading', { level: 1 }).getByText(shown, { exact: false }).waitFor()
      await page.getByRole('list', { name: 'History' }).getByText(shown, { exact: false }).click()
      await page.getByRole('heading', { name: 'Payload' }).waitFor()
      expect(await page.title()).not.toBe('owned')
      expect(await page.locator('main img, main script, main i:not([class])').count()).toBe(0)
    }
    expect(faults).toEqual([])
  },
  TEST_MS,
)

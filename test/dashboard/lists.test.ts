import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn, TEST_MS } from './browser.ts'
import { type Scene, startScene } from './scene.ts'
import { settled } from './settled.ts'

const browserTest = test.skipIf(CHROMIUM === undefined)

/** So many callers have called once more: as many events, and as many deliveries. */
const CALLS = 2_500
/** Between two calls while somebody reads (ms). */
const EVERY_MS = 120

let browser: OwnBrowser
let scene: Scene
let source: string
/** Calls beside those. */
let calls = 0
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await launchBrowser()
  scene = await startScene()
  const { api } = scene.ringpost
  scene.simulator.seed({ users: CALLS, idOf: caller, newestUnixSecs: Math.floor(Date.now() / 1000) - 90_000 })
  source = (
    await api<{ id: string }>('POST', '/v1/sources', {
      name: 'Support line',
      base_url: scene.simulator.url,
      api_key: 'sim_key',
      // Of each call there is one event.
      milestones: [],
      // No poll is under way while those calls come.
      poll_interval: '1h',
    })
  ).body.id
  await until(
    async () => (await api<{ state: string }>('GET', `/v1/sources/${source}`)).body.state === 'live',
  )
  await api('POST', '/v1/endpoints', { url: scene.receiver.url, description: 'CRM' })
  // Behind what the baseline has seen, one a second: few of them are in what each poll looks at again.
  const from = Math.floor(Date.now() / 1000) - 3_500
  for (let i = 0; i < CALLS; i++) scene.simulator.call({ user_id: caller(i), at_unix_secs: from + i })
  expect((await api('PATCH', `/v1/sources/${source}`, { poll_interval: '1s' })).status).toBe(200)
  expect((await api('POST', `/v1/sources/${source}/poll`, {})).status).toBe(200)
  await known()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
}, 60_000)

function caller(i: number): string {
  return `+1415556${String(i).padStart(4, '0')}`
}

async function open(path: string) {
  const seen = await openPage(browser, scene.url)
  await signIn(seen.page, scene.token)
  return {
    ...seen,
    /** Once the page is under way as the test wants it. */
    async go() {
      await seen.page.goto(`${scene.url}/dashboard${path}`)
      await seen.page.locator('.rows .row').first().waitFor()
    },
  }
}

/** Somebody calls, each time another one. */
function callIn(): void {
  scene.simulator.call({ user_id: caller(calls++ % CALLS) })
}

/** Calls come until they are ended, or the test is over. */
function callsComeIn(): { end: () => void } {
  const timer = setInterval(callIn, EVERY_MS)
  const end = () => clearInterval(timer)
  onTestFinished(end)
  return { end }
}

/** Where the rows of a list lead to, in their order. */
async function rowsOf(page: Page, list: string): Promise<string[]> {
  const rows = `[...document.querySelectorAll('[aria-label="${list}"] a.row')].map((row) => row.getAttribute('href'))`
  return (await page.evaluate(rows)) as string[]
}

async function countOf(page: Page): Promise<number> {
  return (await page.evaluate("document.querySelectorAll('.rows a.row').length")) as number
}

async function firstOf(page: Page): Promise<unknown> {
  return page.evaluate("document.querySelector('.rows a.row')?.getAttribute('href')")
}

/** The same as the API has it. */
async function allOf(kind: string): Promise<string[]> {
  const found: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/${kind}?limit=250${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const answer: { status: number; body: { data: { id: string }[]; next_cursor: string | null } } =
      await scene.ringpost.api('GET', path)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    found.push(...answer.body.data.map(({ id }) => `/dashboard/${kind}/${id}`))
    cursor = answer.body.next_cursor
  }
  return found
}

/** Waits until there is an event of each call, and a delivery. */
async function known(): Promise<void> {
  const { api } = scene.ringpost
  const path = `/v1/sources/${source}`
  await until(
    async () => (await api<{ totals: { events: number } }>('GET', path)).body.totals.events >= CALLS + calls,
  )
  await until(async () => (await allOf('deliveries')).length >= CALLS + calls)
}

/** Waits until a list has as many rows as the API, and finds that they are the same in the same order. */
async function isWhole(page: Page, list: string, kind: string): Promise<void> {
  await known()
  const all = await allOf(kind)
  await until(async () => (await countOf(page)) === all.length)
  expect(await rowsOf(page, list)).toEqual(all)
}

async function scrollToEnd(page: Page): Promise<void> {
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
}

async function readToEnd(page: Page): Promise<void> {
  await until(async () => {
    await scrollToEnd(page)
    return (await page.locator('.rows-end').count()) === 0
  })
}

/** Has the requests of a list's pages come in one by one, to be let on by the test. */
async function holdPages(page: Page, kind: string) {
  const held: { cursor: string | null; letOn: () => Promise<void> }[] = []
  const answered: string[] = []
  let holds = (_cursor: string | null) => false
  page.on('response', (response) => {
    const { pathname, searchParams } = new URL(response.url())
    const cursor = searchParams.get('cursor')
    if (pathname === `/v1/${kind}` && response.ok() && cursor !== null) answered.push(cursor)
  })
  await page.route(`**/v1/${kind}?*`, async (route) => {
    const cursor = new URL(route.request().url()).searchParams.get('cursor')
    if (!holds(cursor)) return route.continue()
    await new Promise<void>((resolve) => {
      held.push({ cursor, letOn: async () => resolve() })
    })
    await route.continue()
  })
  return {
    held,
    /** Every page behind the first that was answered. */
    answered,
    hold: (which: (cursor: string | null) => boolean) => {
      holds = which
    },
    async letAllOn() {
      holds = () => false
      for (const { letOn } of held.splice(0)) await letOn()
    },
  }
}

const LIVE_LISTS = [
  ['Deliveries', 'deliveries'],
  ['Events', 'events'],
] as const

browserTest.each(LIVE_LISTS)(
  '%s: a list is read on while calls come in and their news are not answered, and then has all of them once',
  async (list, kind) => {
    const { page, faults, go } = await open(`/${kind}`)
    const pages = await holdPages(page, kind)
    await go()
    pages.hold((cursor) => cursor === null)
    const live = callsComeIn()
    await until(() => pages.held.length > 0)
    await readToEnd(page)
    const rows = await rowsOf(page, list)
    expect(rows.length).toBeGreaterThanOrEqual(CALLS)
    expect(pages.answered).toEqual([...new Set(pages.answered)])
    // More than a page of news.
    const before = calls
    while (calls < before + 150) callIn()
    live.end()
    await known()
    await pages.letAllOn()
    await isWhole(page, list, kind)
    expect(faults).toEqual([])
  },
  TEST_MS,
)

browserTest.each(LIVE_LISTS)(
  '%s: a page that is on its way while news are read is not asked for again',
  async (list, kind) => {
    const { page, go } = await open(`/${kind}`)
    const pages = await holdPages(page, kind)
    await go()
    const live = callsComeIn()
    for (let turn = 0; turn < 3; turn++) {
      pages.hold((cursor) => cursor !== null)
      await until(async () => {
        await scrollToEnd(page)
        return pages.held.length > 0
      })
      const first = await firstOf(page)
      await until(async () => (await firstOf(page)) !== first)
      await scrollToEnd(page)
      await pages.letAllOn()
    }
    await readToEnd(page)
    live.end()
    expect(pages.answered).toEqual([...new Set(pages.answered)])
    const rows = await rowsOf(page, list)
    expect(rows).toEqual([...new Set(rows)])
  },
  TEST_MS,
)

browserTest(
  'the list of callers is read to its end while calls come in',
  async () => {
    const { page, faults, go } = await open('/users')
    await go()
    callsComeIn()
    await readToEnd(page)
    const rows = await rowsOf(page, 'Callers')
    expect(rows).toEqual([...new Set(rows)])
    expect(rows.length).toBe(CALLS + 120)
    expect(faults).toEqual([])
  },
  TEST_MS,
)

browserTest.each(LIVE_LISTS)(
  '%s: what comes in at the top moves nothing of what is being looked at',
  async (list, kind) => {
    const { page, go } = await open(`/${kind}`)
    await go()
    await readToEnd(page)
    const rows = await rowsOf(page, list)
    const row = page.locator(`a[href="${rows[1_200]}"]`)
    await row.scrollIntoViewIfNeeded()
    const topOf = async () => Math.round((await row.boundingBox())?.y ?? Number.NaN)
    const top = await settled(page, topOf)
    callsComeIn()
    await until(async () => (await countOf(page)) > rows.length + 60)
    expect(Math.abs((await topOf()) - top)).toBeLessThanOrEqual(2)
    await screenshot(page, `lists-${kind}-live`, 'seen')
  },
  TEST_MS,
)

browserTest(
  'another filter in the middle of a page has a list of its own, and so has the one before it again',
  async () => {
    const { page, go } = await open('/deliveries')
    const pages = await holdPages(page, 'deliveries')
    await go()
    pages.hold((cursor) => cursor !== null)
    await until(async () => {
      await scrollToEnd(page)
      return pages.held.length > 0
    })
    const state = page.getByLabel('State')
    await state.selectOption({ label: 'Failed' })
    await page.getByText('No delivery fits').waitFor()
    await pages.letAllOn()
    await page.getByText('No delivery fits').waitFor()
    await state.selectOption({ label: 'Any' })
    await page.locator('.rows .row').first().waitFor()
    await readToEnd(page)
    await isWhole(page, 'Deliveries', 'deliveries')
  },
  TEST_MS,
)

browserTest(
  'a page that cannot be read for a moment is read when it can be, and so is what came meanwhile',
  async () => {
    const { page, context, go } = await open('/deliveries')
    await go()
    await context.setOffline(true)
    await scrollToEnd(page)
    await page.getByRole('alert').getByText('ringpost does not answer').waitFor()
    await screenshot(page, 'lists-offline', 'seen')
    for (let i = 0; i < 130; i++) callIn()
    await known()
    await context.setOffline(false)
    // By itself, without a reload or a click.
    await until(async () => (await page.getByRole('alert').count()) === 0)
    await readToEnd(page)
    await isWhole(page, 'Deliveries', 'deliveries')
  },
  TEST_MS,
)

browserTest(
  'a page that never comes is asked for again',
  async () => {
    const { page, go } = await open('/deliveries')
    const pages = await holdPages(page, 'deliveries')
    await page.clock.install()
    await go()
    pages.hold((cursor) => cursor !== null)
    await until(async () => {
      await scrollToEnd(page)
      return pages.held.length > 0
    })
    // Longer than it is waited for, and than it is paused after that.
    await page.clock.fastForward(30_000)
    await page.clock.fastForward(1_000)
    await until(() => pages.held.length > 1)
    expect(pages.held[1]?.cursor).toBe(pages.held[0]?.cursor)
    await pages.held[1]?.letOn()
    await until(async () => (await countOf(page)) > 100)
    await pages.letAllOn()
  },
  TEST_MS,
)

browserTest(
  'who comes back to a list while calls come in finds it where it was left',
  async () => {
    const { page, go } = await open('/deliveries')
    await go()
    callsComeIn()
    await readToEnd(page)
    const row = page.locator(`a[href="${(await rowsOf(page, 'Deliveries'))[1_500]}"]`)
    await row.scrollIntoViewIfNeeded()
    const topOf = async () => Math.round((await row.boundingBox())?.y ?? Number.NaN)
    const top = await settled(page, topOf)
    await row.click()
    await page.getByText('Attempt 1').waitFor()
    await page.goBack()
    await until(async () => (await row.count()) === 1 && Math.abs((await topOf()) - top) <= 2)
    const first = await firstOf(page)
    await until(async () => (await firstOf(page)) !== first)
    expect(Math.abs((await topOf()) - top)).toBeLessThanOrEqual(2)
  },
  TEST_MS,
)

browserTest(
  'nothing of a list is kept for whoever signs in next',
  async () => {
    const { page, go } = await open('/deliveries')
    const pages = await holdPages(page, 'deliveries')
    await go()
    pages.hold(() => true)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, scene.token)
    await until(() => pages.held.length > 0)
    await page.getByRole('status', { name: 'Loading' }).first().waitFor()
    expect(await page.locator('a.row').count()).toBe(0)
    await pages.letAllOn()
    await page.locator('a.row').first().waitFor()
  },
  TEST_MS,
)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSlack } from '../kinds/services/slack.ts'
import { nudgeHeader, postCall } from '../support/nudge.ts'
import { until } from '../support/until.ts'
import { CHROMIUM, launchBrowser, type OwnBrowser, openPage, screenshot, signIn, TEST_MS } from './browser.ts'
import { type Scene, startScene } from './scene.ts'

const browserTest = test.skipIf(CHROMIUM === undefined)

let browser: OwnBrowser
let scene: Scene
let source: string
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await launchBrowser()
  scene = await startScene()
  const { api } = scene.ringpost
  const made = await api<{ id: string }>('POST', '/v1/sources', {
    name: 'Support line',
    base_url: scene.simulator.url,
    api_key: 'sim_key',
  })
  source = made.body.id
  const isLive = async () =>
    (await api<{ state: string }>('GET', `/v1/sources/${source}`)).body.state === 'live'
  await until(isLive)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await scene?.stop()
}, 60_000)

async function open(path: string) {
  const seen = await openPage(browser, scene.url)
  await signIn(seen.page, scene.token)
  await seen.page.goto(`${scene.url}/dashboard${path}`)
  return seen
}

browserTest(
  'Slack is connected by its form, with the message beside it, and tells of it when its channel is archived',
  async () => {
    const slack = await startSlack()
    const { page, faults } = await open('/endpoints')
    await page.getByRole('link', { name: 'Add an endpoint' }).first().click()
    await page.getByRole('link', { name: /^Slack/ }).click()
    const preview = page.getByRole('article', { name: 'The message' })
    await preview.getByText('Sample: First-time caller').waitFor()
    await page.getByLabel('What happened').selectOption({ label: 'Returned' })
    await preview.getByText('Sample: Back after a long time').waitFor()
    await page.getByText('As it is sent').click()
    await page.getByRole('region', { name: 'The message' }).getByText('"blocks"').waitFor()

    await page.getByLabel('Name').fill('Slack #support')
    await page.getByText('More settings').click()
    await page.getByLabel('Time zone').fill('Berlin')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByText('2 fields need another look').waitFor()
    await page.getByText('This is required.').waitFor()
    await page.getByText('This must be the name of a time zone, such as Europe/Berlin.').waitFor()
    // The first of them has the focus.
    expect(await page.evaluate('document.activeElement.name')).toBe('url')
    await screenshot(page, 'kinds-errors')

    await page.getByLabel('Webhook URL').fill(slack.url ?? '')
    await page.getByLabel('Time zone').fill('Europe/Berlin')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByRole('heading', { level: 1, name: 'Slack #support is added' }).waitFor()
    expect(await page.getByText(/signing secret|public key/i).count()).toBe(0)
    await screenshot(page, 'kinds-slack-added')
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Delivered.', { exact: true }).waitFor()
    expect(slack.seen).toHaveLength(1)
    const { body } = await scene.ringpost.api<{ data: { id: string; settings: object }[] }>(
      'GET',
      '/v1/endpoints',
    )
    expect(body.data).toMatchObject([{ kind: 'slack', settings: { time_zone: 'Europe/Berlin' } }])
    const id = body.data[0]?.id

    // Its URL is a secret: a change of something else leaves it as it is.
    await page.goto(`${scene.url}/dashboard/endpoints/${id}/edit`)
    await page.getByLabel('Name').fill('Slack #sales')
    await page.getByLabel('Time zone').fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1 }).getByText('Slack #sales').waitFor()
    await page.getByText('What is sent').click()
    await preview.getByText('A test from ringpost').first().waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Delivered.', { exact: true }).waitFor()
    expect(await page.content()).not.toContain('sekretSlackToken')

    slack.answer({ status: 410, body: '{"error":"channel_is_archived"}' })
    scene.simulator.call({ user_id: '+15550500' })
    await page.getByText('ringpost has switched it off.').waitFor()
    await page.goto(`${scene.url}/dashboard`)
    await page
      .getByRole('region', { name: 'What needs attention' })
      .getByText('Unarchive it, or make a webhook for another one.')
      .waitFor()
    expect(faults).toEqual([])
    await scene.ringpost.api('DELETE', `/v1/endpoints/${id}`)
  },
  TEST_MS,
)

browserTest(
  'a template is seen as it will be sent, and what is wrong with it is said at its field',
  async () => {
    const { page, faults } = await open('/endpoints/new?kind=webhook')
    await page.getByLabel('URL').fill(scene.receiver.url)
    await page.getByText('More settings').click()
    const template = page.getByLabel('Template of the body')
    await template.fill('{"phone": "{{data.user.user_id | e164}}"}')
    const preview = page.getByRole('region', { name: 'The message' })
    await preview.getByText('"phone": "+15551234567"').waitFor()
    await template.fill('{"phone": ')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByText('This is not JSON yet: look at its quotes, commas and brackets.').waitFor()
    await template.fill('{"phone": "{{data.user.user_id | shout}}"}')
    await page
      .getByRole('status')
      .getByText(/has no filter shout/)
      .waitFor()
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByRole('alert').getByText('One field needs another look').waitFor()
    expect(await template.getAttribute('aria-invalid')).toBe('true')
    await template.fill('{"phone": "{{data.user.user_id}}"}')
    await page.getByLabel('Filter').fill('{"data.user.conversation_count": {"gte": 1}}')
    await page.getByLabel('Extra headers').fill('x-team: support')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByText(/^whsec_/).waitFor()
    scene.simulator.call({ user_id: '+15550600' })
    const sent = await until(() => scene.receiver.webhooks.find(({ body }) => body.includes('+15550600')))
    expect(JSON.parse(sent.body)).toEqual({ phone: '+15550600' })
    expect(sent.headers['x-team']).toBe('support')
    expect(faults).toEqual([])
  },
  TEST_MS,
)

browserTest(
  'instant alerts are set up with the secret of ElevenLabs, and conversations added by the form',
  async () => {
    const { page, faults } = await open(`/sources/${source}`)
    await page.getByRole('button', { name: 'Set up…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Instant alerts' })
    await dialog.getByText(`${scene.url}/v1/sources/${source}/nudge`).waitFor()
    await screenshot(page, 'kinds-nudge')
    await dialog.getByLabel('Secret of the webhook').fill('short')
    await dialog.getByRole('button', { name: 'Turn on' }).click()
    await dialog.getByText(/^This must have at least 16 characters/).waitFor()
    const secret = 'wsec_0123456789abcdef0123456789abcdef'
    await dialog.getByLabel('Secret of the webhook').fill(secret)
    await dialog.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('0 webhooks').waitFor()
    const body = postCall()
    const answer = await fetch(`${scene.url}/v1/sources/${source}/nudge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...nudgeHeader(secret, body) },
      body,
    })
    expect(answer.status).toBe(200)
    await page.getByText('1 webhook', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Add the conversation to each event').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^in each event/).waitFor()

    await page.getByRole('button', { name: 'Turn off…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click()
    await page.getByRole('button', { name: 'Set up…' }).waitFor()
    expect(faults).toEqual([])
  },
  TEST_MS,
)

import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listenUntilFinished } from '../support/listen.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { startDelivering } from './delivering.ts'

/** Jobs at a time of one lane of a worker in these tests. */
const WORKER_PLACES = 20

async function receiver() {
  const started = await startTestReceiver()
  onTestFinished(() => started.close())
  return started
}

/** A server of many endpoints: what is asked under `/hang` gets no answer. */
async function gateway() {
  const server = createServer((request, response) => {
    request.resume()
    if (!request.url?.startsWith('/hang')) response.writeHead(204).end()
  })
  return listenUntilFinished(server)
}

test('more endpoints that hang than a worker has places hold up nobody', async () => {
  const d = await startDelivering({ atOnce: 2, schedule: [600_000] })
  const [slow, fast] = [await receiver(), await receiver()]
  slow.answer(() => 'hang')
  const hanging: string[] = []
  for (let i = 0; i < WORKER_PLACES + 5; i++) hanging.push((await d.addEndpoint(slow.url)).id)
  await d.happen(10)
  await until(() => slow.webhooks.length >= WORKER_PLACES)
  const { id } = await d.addEndpoint(fast.url)
  await d.happen(5)
  await until(async () => (await d.count(id, 'succeeded')) === 5)
  // And that before any of the others had ended.
  for (const other of hanging) expect(await d.count(other, 'retrying')).toBe(0)
})

test('more endpoints with a pace than a worker has places hold up nobody', async () => {
  const d = await startDelivering()
  const { url } = await receiver()
  const paced: string[] = []
  for (let i = 0; i < WORKER_PLACES + 2; i++) paced.push((await d.addEndpoint(url, { rate_limit: 5 })).id)
  await d.happen(200)
  const { id } = await d.addEndpoint(url)
  await d.happen(5)
  await until(async () => (await d.count(id, 'succeeded')) === 5)
  for (const other of paced) expect(await d.count(other, 'pending')).toBeGreaterThan(0)
})

test('endpoints of one origin do not wait for each other', async () => {
  const d = await startDelivering({ schedule: [600_000] })
  const origin = await gateway()
  const hanging: string[] = []
  for (let i = 0; i < 4; i++) hanging.push((await d.addEndpoint(`${origin}/hang/${i}`)).id)
  await d.happen(60)
  const { id } = await d.addEndpoint(`${origin}/well`)
  await d.happen(20)
  await until(async () => (await d.count(id, 'succeeded')) === 20)
  for (const other of hanging) expect(await d.count(other, 'retrying')).toBe(0)
})

test('endpoints with a pace take turns where there are more of them than lanes', async () => {
  const d = await startDelivering({ lanes: 2 })
  const { url } = await receiver()
  const paced: string[] = []
  for (let i = 0; i < 4; i++) paced.push((await d.addEndpoint(url, { rate_limit: 5 })).id)
  await d.happen(400)
  for (const id of paced) await until(async () => (await d.count(id, 'succeeded')) > 5)
  for (const id of paced) expect(await d.count(id, 'pending')).toBeGreaterThan(0)
})

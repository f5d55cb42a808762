import { expect, test } from 'vitest'
import { fittingTable } from '../../src/cli/fitting-table.ts'
import { deliveryOf, startTestApi, userEvent } from '../api/support.ts'
import { ringpost } from './cli.ts'
import { failingEndpoint } from './failing-endpoint.ts'

test('a limit, types and sources are taken away from an endpoint', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  const { id } = await api.addEndpoint()
  const change = (...args: string[]) => ringpost(api.url, ['endpoints', 'change', id, ...args])
  await change('--rate-limit', '5', '--types', 'user.created', '--sources', 'src_a')
  expect(await api.endpoints.get(id)).toMatchObject({ rate_limit: 5, source_ids: ['src_a'] })
  const { code, stderr } = await change('--no-rate-limit', '--no-types', '--no-sources')
  expect([code, stderr]).toEqual([0, ''])
  expect(await api.endpoints.get(id)).toMatchObject({ rate_limit: null, event_types: null, source_ids: null })
})

test('the secret of an endpoint is printed again, and its description says how', async () => {
  const api = await startTestApi()
  const { json } = await api.post('/v1/endpoints', { url: 'https://hooks.example.com/' })
  const shown = await ringpost(api.url, ['endpoints', 'show', json.id])
  expect(shown.stdout).toContain(`(ringpost endpoints secret ${json.id})`)
  const { stdout } = await ringpost(api.url, ['endpoints', 'secret', json.id])
  expect(stdout).toBe(`${json.secret}\n`)
})

test('what is retrying is attempted now where it is asked for, and recover says how', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  await api.addEvent('src_a', userEvent('src_a', 'first'))
  const { id } = await failingEndpoint(api, { newer: 0 })
  const recover = (...args: string[]) =>
    ringpost(api.url, ['endpoints', 'recover', id, '--since', '2026-11-01', ...args])
  const hint = `ringpost endpoints recover ${id} --since 7d --retrying`
  expect((await ringpost(api.url, ['endpoints', 'show', id])).stdout).toContain(hint)
  expect((await recover('--dry-run')).stdout).toContain(hint)
  const dry = await recover('--retrying', '--dry-run')
  expect(dry.stdout).toContain(' 1 that was retrying would be attempted now.')
  const statusOf = async () =>
    (await api.get(`/v1/deliveries?endpoint_id=${id}`)).json.data.map(
      ({ status }: { status: string }) => status,
    )
  expect(await statusOf()).toEqual(['retrying'])
  const done = await recover('--retrying')
  expect([done.code, done.stderr]).toEqual([0, ''])
  expect(done.stdout).toContain(' 1 that was retrying is attempted now.')
  expect(await statusOf()).toEqual(['pending'])
})

test('a list of deliveries says where each went and whose it is', async () => {
  const api = await startTestApi()
  await api.addSource('src_a')
  const event = userEvent('src_a', '+15550100')
  const place = await api.addEvent('src_a', event)
  const ids = [(await api.addEndpoint()).id, (await api.addEndpoint()).id]
  for (const id of ids) await api.log.accept(id, [deliveryOf(event, 'src_a', place)])
  const { stdout } = await ringpost(api.url, ['deliveries', 'list'])
  for (const id of ids) expect(stdout).toMatch(new RegExp(`${id} {2}\\+15550100 {2}user\\.created`))
})

test('a terminal that is narrow has the columns that matter most', () => {
  const out = { style: (_style: unknown, text: string) => text }
  const columns = [
    { heading: 'A', cell: () => 'a'.repeat(10) },
    { heading: 'B', cell: () => 'b'.repeat(10), rank: 2 },
    { heading: 'C', cell: () => 'c'.repeat(10), rank: 1 },
    { heading: 'D', cell: () => 'd' },
  ]
  const headings = (width: number | undefined) =>
    fittingTable(out, [{}], columns, 'none', width).split('\n')[0]?.split(/ +/).join('')
  expect([undefined, 40, 30, 15, 1].map(headings)).toEqual(['ABCD', 'ABCD', 'ACD', 'AD', 'AD'])
})

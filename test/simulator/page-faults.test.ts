import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/simulator/faults.ts'
import { ids, start } from './support.ts'

const idOf = (i: number) => `u${i}`
const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `u${from + i}`)

async function listOf(users: number) {
  const bench = await start()
  bench.simulator.seed({ users, idOf })
  return bench
}

describe('has_more true, with a next cursor that leads nowhere', () => {
  test.each([
    ['null', null],
    ['empty', ''],
  ] as const)('%s', async (value, expected) => {
    const { simulator, page } = await listOf(5)
    simulator.fault({ kind: 'next_cursor', value })
    expect(await page()).toMatchObject({ has_more: true, next_cursor: expected, users: { length: 5 } })
  })

  test('missing', async () => {
    const { simulator, page } = await listOf(5)
    simulator.fault({ kind: 'next_cursor', value: 'missing' })
    const answer = await page()
    expect(answer.has_more).toBe(true)
    expect(answer).not.toHaveProperty('next_cursor')
  })

  test('repeated: the cursor of this very page', async () => {
    const { simulator, page } = await listOf(50)
    const cursor = (await page({ page_size: 10 })).next_cursor ?? ''
    simulator.fault({ kind: 'next_cursor', value: 'repeated', times: 2 })
    for (let i = 0; i < 2; i++) {
      const again = await page({ page_size: 10, cursor })
      expect(again.next_cursor).toBe(cursor)
      expect(ids(again)).toEqual(names(10, 20))
    }
    expect((await page({ page_size: 10, cursor })).next_cursor).not.toBe(cursor)
  })

  test('repeated on the first page: a cursor that leads to the first page', async () => {
    const { simulator, page } = await listOf(50)
    simulator.fault({ kind: 'next_cursor', value: 'repeated' })
    const { next_cursor } = await page({ page_size: 10 })
    expect(ids(await page({ page_size: 10, cursor: next_cursor ?? '' }))).toEqual(names(0, 10))
  })
})

test.each([0, 1])('an empty page with has_more true after %i pages loses no row', async (skip) => {
  const { simulator, scan } = await listOf(25)
  simulator.fault({ kind: 'empty_page', skip })
  const pages = await scan({ page_size: 10 })
  expect(pages[skip]).toMatchObject({ users: [], has_more: true })
  expect(new Set(pages.map((page) => page.next_cursor)).size).toBe(pages.length)
  expect(ids(pages)).toEqual(names(0, 25))
})

test('more rows than asked', async () => {
  const { simulator, scan } = await listOf(25)
  simulator.fault({ kind: 'extra_rows', extra: 3 })
  const pages = await scan({ page_size: 10 })
  expect(pages.map((page) => page.users.length)).toEqual([13, 10, 2])
  expect(ids(pages)).toEqual(names(0, 25))
})

test('wrong order: the page the other way round, the rest as ever', async () => {
  const { simulator, scan } = await listOf(20)
  simulator.fault({ kind: 'wrong_order' })
  const pages = await scan({ page_size: 10 })
  expect(ids(pages)).toEqual([...names(0, 10).reverse(), ...names(10, 20)])
})

test('a list that is empty or short by mistake, once', async () => {
  const { simulator, page } = await listOf(50)
  simulator.fault({ kind: 'empty_list' })
  simulator.fault({ kind: 'short_list', rows: 4 })
  expect(await page()).toEqual({ users: [], has_more: false, next_cursor: null })
  expect(await page()).toMatchObject({ users: { length: 4 }, has_more: false, next_cursor: null })
  expect((await page()).users).toHaveLength(30)
})

test('cursors expire in mid-scan, all of them at once', async () => {
  const { simulator, page, get } = await listOf(50)
  const cursor = (await page({ page_size: 10 })).next_cursor ?? ''
  const other = (await page({ page_size: 20 })).next_cursor ?? ''
  simulator.fault({ kind: 'expired_cursors' })
  const last = (await page()).next_cursor ?? ''
  for (const dead of [last, cursor, other]) {
    const response = await get('/v1/convai/users', { cursor: dead })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: { code: 'invalid_cursor' } })
  }
  const fresh = (await page({ page_size: 10 })).next_cursor ?? ''
  expect(ids(await page({ cursor: fresh, page_size: 10 }))).toEqual(names(10, 20))
})

describe('the queue', () => {
  test('times and skip, one fault after the other', async () => {
    const { simulator, get } = await listOf(1)
    simulator.fault({ kind: 'status', status: 500, times: 2, skip: 1 })
    simulator.fault({ kind: 'status', status: 503, skip: 1 })
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await get('/v1/convai/users')).status)
    expect(statuses).toEqual([200, 500, 500, 200, 503, 200])
  })

  test('always, until it is cleared', async () => {
    const { simulator, get } = await listOf(1)
    simulator.fault({ kind: 'status', status: 500, times: 'always' })
    for (let i = 0; i < 5; i++) expect((await get('/v1/convai/users')).status).toBe(500)
    simulator.clearFaults()
    expect((await get('/v1/convai/users')).status).toBe(200)
  })

  test('a fault waits for its route', async () => {
    const { simulator, get } = await listOf(1)
    const id = simulator.call({ user_id: 'ann' })
    simulator.fault({ kind: 'status', status: 500, on: 'conversations' })
    simulator.fault({ kind: 'status', status: 503, on: 'any' })
    expect((await get('/v1/convai/users')).status).toBe(503)
    expect((await get('/v1/convai/users')).status).toBe(200)
    expect((await get(`/v1/convai/conversations/${id}`)).status).toBe(500)
    expect((await get(`/v1/convai/conversations/${id}`)).status).toBe(200)
  })

  test('what is no fault is refused in a sentence', async () => {
    const { simulator } = await start()
    const wrong = { kind: 'explode' } as unknown as Fault
    expect(() => simulator.fault(wrong)).toThrow(/This is not a fault: .*'status'/)
  })
})

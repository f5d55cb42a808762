import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from '../../dashboard/src/api.ts'
import { createListReader } from '../../dashboard/src/parts/list-reader.ts'
import type { Page } from '../../dashboard/src/parts/read-list.ts'

interface Row {
  id: string
  state: string
}

/**
 * A list at a server, newest first, whose answers come when they are let go. What it looks at for one page is bounded,
 * and where it finds nothing the page is empty.
 */
function createServer(rows: number) {
  const list: Row[] = Array.from({ length: rows }, (_, i) => ({ id: `row ${rows - i}`, state: 'new' }))
  const asked: { cursor: string | undefined; answer: () => void; fail: (status: number) => void }[] = []
  let made = rows
  const pageOf = (cursor: string | undefined): Page<Row> => {
    const from = cursor === undefined ? 0 : list.findIndex(({ id }) => id === cursor) + 1
    const looked = list.slice(from, from + (cursor === undefined ? 10 : 25))
    const isLast = from + looked.length === list.length
    const data = looked.filter(({ state }) => state !== 'hidden')
    return { data: structuredClone(data), next_cursor: isLast ? null : (looked.at(-1)?.id ?? null) }
  }
  return {
    list,
    asked,
    add(count: number, state = 'new') {
      for (let i = 0; i < count; i++) list.unshift({ id: `row ${++made}`, state })
    },
    /** As the server is when it is asked; the answer may be a while on its way. */
    load(cursor: string | undefined): Promise<Page<Row>> {
      const page = pageOf(cursor)
      return new Promise((resolve, reject) => {
        asked.push({
          cursor,
          answer: () => resolve(page),
          fail: (status) => reject(new ApiError({ detail: 'It failed.' }, status)),
        })
      })
    },
  }
}

function createReading(rows: number) {
  const server = createServer(rows)
  const waiting: { run: () => void; ms: number }[] = []
  const reader = createListReader<Row>({
    load: server.load,
    onChange: () => undefined,
    later: (run, ms) => {
      const one = { run, ms }
      waiting.push(one)
      return () => void (waiting.includes(one) && waiting.splice(waiting.indexOf(one), 1))
    },
  })
  /** Lets an answer arrive, and what it leads to begin. */
  const settle = async () => {
    for (let i = 0; i < 10; i++) await undefined
  }
  return {
    server,
    reader,
    waiting,
    ids: () => reader.list().rows.map(({ id }) => id),
    settle,
    async answer(at = 0) {
      server.asked.splice(at, 1)[0]?.answer()
      await settle()
    },
    async fail(at = 0, status = 0) {
      server.asked.splice(at, 1)[0]?.fail(status)
      await settle()
    },
    /** What was to be tried again later is tried now. */
    async pass() {
      for (const { run } of waiting.splice(0)) run()
      await settle()
    },
  }
}

/** Started, with its first page. */
async function begun(rows: number) {
  const reading = createReading(rows)
  reading.reader.start(0)
  await reading.answer()
  expect(reading.ids()).toHaveLength(Math.min(10, rows))
  return reading
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constantFrom('more' as const, 'refresh' as const, 'pass' as const) }),
  fc.record({ kind: fc.constantFrom('answer' as const, 'fail' as const), at: fc.nat(1) }),
)

test('whatever comes in while it is read, in whatever order it is answered, a list has no hole and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200), fc.array(step, { maxLength: 40 }), async (rows, steps) => {
      const { server, reader, ids, answer, fail, pass, settle } = createReading(rows)
      const isStretch = () => {
        const shown = ids()
        const from = server.list.findIndex(({ id }) => id === shown[0])
        return shown.length === 0 || shown.every((id, i) => id === server.list[from + i]?.id)
      }
      reader.start(0)
      for (const one of steps) {
        if (one.kind === 'add') server.add(one.count)
        else if (one.kind === 'answer') await answer(one.at)
        else if (one.kind === 'fail') await fail(one.at, 503)
        else if (one.kind === 'pass') await pass()
        else reader[one.kind]()
        await settle()
        expect(isStretch(), ids().join()).toBe(true)
        // On and anew, and neither twice.
        expect(server.asked.length).toBeLessThanOrEqual(2)
      }
      reader.refresh()
      for (let i = 0; i < 60; i++) {
        await pass()
        await answer()
        if (server.asked.length === 0) reader.more()
      }
      expect(ids()).toEqual(server.list.map(({ id }) => id))
    }),
  )
})

test('a page is read while what is new is on its way, and is asked for once', async () => {
  const { server, reader, ids, answer } = await begun(100)
  reader.refresh()
  reader.more()
  reader.more()
  expect(server.asked.map(({ cursor }) => cursor)).toEqual([undefined, 'row 91'])
  await answer(1)
  expect(ids()).toHaveLength(35)
  expect(reader.shown().loading).toBe(false)
  reader.more()
  // The news come first; the page that is on its way is not asked for again.
  await answer(0)
  reader.more()
  expect(server.asked.map(({ cursor }) => cursor)).toEqual(['row 66'])
})

test('what comes while the top is read is read behind it', async () => {
  const { server, reader, ids, answer } = await begun(30)
  reader.refresh()
  server.add(1)
  reader.refresh()
  reader.refresh()
  await answer()
  expect(ids()[0]).toBe('row 30')
  await answer()
  expect(ids()[0]).toBe('row 31')
  expect(server.asked).toEqual([])
})

test('more than a page of news is read until it meets what is shown', async () => {
  const { server, reader, ids, answer } = await begun(30)
  server.add(80)
  reader.refresh()
  for (let i = 0; i < 4; i++) await answer()
  expect(ids()).toEqual(server.list.slice(0, ids().length).map(({ id }) => id))
  expect(ids()).toContain('row 21')
  expect(server.asked).toEqual([])
})

test('more news than are read at once begin the list again, and a page of the old one is none of it', async () => {
  const { server, reader, ids, answer } = await begun(30)
  reader.more()
  server.add(3_000)
  reader.refresh()
  while (server.asked.length > 1) await answer(1)
  expect(ids()[0]).toBe('row 3030')
  expect(ids()).not.toContain('row 30')
  await answer()
  expect(ids()).not.toContain('row 20')
  reader.more()
  await answer()
  expect(ids()).toEqual(server.list.slice(0, ids().length).map(({ id }) => id))
})

test('what is gone from the top goes, what has changed changes, and what is as it was is the very same', async () => {
  const { server, reader, ids, answer } = await begun(100)
  reader.more()
  await answer()
  const before = reader.list().rows
  server.list.splice(3, 1)
  const changed = server.list[5]
  if (changed) changed.state = 'done'
  reader.refresh()
  await answer()
  expect(ids()).toEqual(before.map(({ id }) => id).filter((id) => id !== before[3]?.id))
  const same = reader.list().rows.filter((row) => before.includes(row))
  expect(same).toHaveLength(33)
  expect(reader.list().rows[5]).toEqual({ id: 'row 94', state: 'done' })
})

test('a page that failed is said to have, and is tried again until it is there', async () => {
  const { server, reader, ids, answer, fail, pass, waiting } = await begun(100)
  reader.more()
  await fail()
  expect(reader.shown()).toMatchObject({ loading: false, error: { message: 'It failed.' } })
  await pass()
  expect(reader.shown().loading).toBe(true)
  await fail(0, 503)
  const [again] = waiting
  expect(again?.ms).toBeGreaterThan(1_000)
  reader.retry()
  expect(waiting).toEqual([])
  await answer()
  expect(reader.shown().error).toBe(undefined)
  expect(ids()).toHaveLength(35)
  // What will never pass is not asked for again and again.
  reader.more()
  await fail(0, 400)
  expect(reader.shown().error).toMatchObject({ status: 400 })
  expect(waiting).toEqual([])
  expect(server.asked).toEqual([])
})

test('news that cannot be read for a while stop nobody from reading on, and are there afterwards', async () => {
  const { server, reader, ids, answer, fail, pass } = await begun(100)
  server.add(1)
  reader.refresh()
  await fail()
  expect(reader.shown()).toMatchObject({ loading: false, error: undefined })
  reader.more()
  await answer()
  expect(ids()).toHaveLength(35)
  await pass()
  await answer()
  expect(ids()[0]).toBe('row 101')
})

test('a first page that failed is tried again, and nothing is said to be empty before it is there', async () => {
  const { reader, fail, pass, answer } = createReading(5)
  reader.start(0)
  expect(reader.shown()).toMatchObject({ loading: true, cursor: undefined })
  await fail()
  expect(reader.shown()).toMatchObject({ loading: false, error: { message: 'It failed.' } })
  await pass()
  await answer()
  expect(reader.shown()).toMatchObject({ loading: false, error: undefined, cursor: null })
})

test('an empty list stays as it is while it is read again', async () => {
  const { server, reader, ids, answer } = await begun(0)
  reader.refresh()
  expect(reader.shown().loading).toBe(false)
  await answer()
  server.add(40)
  reader.refresh()
  for (let i = 0; i < 3; i++) await answer()
  expect(ids()).toHaveLength(40)
})

test('what a filter hardly ever finds stays where the way to it is long, and what it found is before it', async () => {
  const { server, reader, ids, answer } = await begun(5)
  server.add(1_000, 'hidden')
  server.add(1)
  reader.refresh()
  for (let i = 0; i < 100 && server.asked.length > 0; i++) await answer()
  expect(ids()).toEqual(['row 1006', 'row 5', 'row 4', 'row 3', 'row 2', 'row 1'])
  expect(reader.shown().cursor).toBe(null)
})

test('of a list that was left nothing is read or shown any more', async () => {
  const { server, reader, ids, answer, fail, waiting } = await begun(100)
  reader.more()
  reader.refresh()
  reader.stop()
  await answer(0)
  await fail(0)
  reader.refresh()
  reader.more()
  expect(ids()).toHaveLength(10)
  expect(waiting).toEqual([])
  expect(server.asked).toEqual([])
})

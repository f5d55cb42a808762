import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createReadAhead } from '../../src/detect/read-ahead.ts'
import type { ListedPage } from '../../src/elevenlabs/list-users.ts'

/** A list of pages `0` to `last`, of which the test decides when each arrives. */
function list(last: number, options: { pages?: number; mayAsk?: () => boolean } = {}) {
  const asked: (string | null)[] = []
  const answers = new Map<string | null, { arrive: () => void; fail: (error: Error) => void }>()
  const pages = createReadAhead({
    pages: options.pages ?? 2,
    mayAsk: options.mayAsk ?? (() => true),
    ask: (cursor) => {
      asked.push(cursor)
      const n = Number(cursor ?? 0)
      const page: ListedPage = {
        rows: [],
        unreadable: [],
        nextCursor: n === last ? null : String(n + 1),
        serverTime: n,
        requests: 1,
      }
      return new Promise((resolve, reject) => {
        answers.set(cursor, { arrive: () => resolve(page), fail: reject })
      })
    },
  })
  const arrive = async (cursor: string | null) => {
    answers.get(cursor)?.arrive()
    await nextTurn()
  }
  return { pages, asked, arrive, answers }
}

test('pages are asked for one at a time, and no more than may wait', async () => {
  const { pages, asked, arrive } = list(9)
  const first = pages.next(null)
  await nextTurn()
  // The cursor of the second comes with the first.
  expect(asked).toEqual([null])
  await arrive(null)
  expect((await first).nextCursor).toBe('1')
  expect(asked).toEqual([null, '1'])
  await arrive('1')
  await arrive('2')
  expect(asked).toEqual([null, '1', '2'])
  expect(pages.holds).toBe(true)
  expect((await pages.next('1')).serverTime).toBe(1)
  await pages.goOn()
  expect(asked).toEqual([null, '1', '2', '3'])
})

test('nothing is asked for ahead where that may not be, until it is wanted', async () => {
  let may = false
  const { pages, asked, arrive } = list(9, { mayAsk: () => may })
  const first = pages.next(null)
  await arrive(null)
  await first
  await pages.goOn()
  expect(asked).toEqual([null])
  expect(pages.holds).toBe(false)
  const second = pages.next('1')
  await arrive('1')
  await second
  may = true
  await pages.goOn()
  expect(asked).toEqual([null, '1', '2'])
})

test('a page that failed is told to whoever takes it, and nothing is asked for behind it', async () => {
  const { pages, asked, arrive, answers } = list(9)
  const first = pages.next(null)
  await arrive(null)
  await first
  answers.get('1')?.fail(new Error('no page'))
  await nextTurn()
  expect(asked).toEqual([null, '1'])
  await expect(pages.next('1')).rejects.toThrow('no page')
})

test('nothing is asked for at the end of the list, nor after it was stopped', async () => {
  const short = list(1)
  const first = short.pages.next(null)
  await short.arrive(null)
  await first
  await short.arrive('1')
  await short.pages.next('1')
  await short.pages.goOn()
  expect(short.asked).toEqual([null, '1'])

  const long = list(9)
  const page = long.pages.next(null)
  long.pages.stop()
  await long.arrive(null)
  await page
  await long.pages.goOn()
  expect(long.asked).toEqual([null])
})

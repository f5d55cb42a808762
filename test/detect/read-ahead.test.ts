import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createReadAhead } from '../../src/detect/read-ahead.ts'
import type { ListedPage } from '../../src/elevenlabs/list-users.ts'

/** A list of pages `0` to `last`, of which the test decides when each arrives. */
function list(last: number, options: { pages?: number; mayAsk?: () => boolean } = {}) {
  const asked: (string | null)[] = []
  const onCursors = new Map<string | null, (cursor: string) => void>()
  const answers = new Map<string | null, { arrive: () => void; fail: (error: Error) => void }>()
  const pages = createReadAhead({
    pages: options.pages ?? 2,
    mayAsk: options.mayAsk ?? (() => true),
    ask: (cursor, onCursor) => {
      asked.push(cursor)
      onCursors.set(cursor, onCursor)
      const n = Number(cursor ?? 0)
      const page: ListedPage = {
        rows: [],
        unreadable: [],
        unread: [],
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
  /** The page's end has come, and is not read yet. */
  const tell = (cursor: string | null, next: string) => onCursors.get(cursor)?.(next)
  return { pages, asked, arrive, answers, tell }
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

test('the next page is asked for while the one before is read, and once', async () => {
  const { pages, asked, arrive, tell } = list(9)
  const first = pages.next(null)
  tell(null, '1')
  expect(asked).toEqual([null, '1'])
  await arrive(null)
  expect((await first).serverTime).toBe(0)
  expect(asked).toEqual([null, '1'])
  const second = pages.next('1')
  tell('1', '2')
  // Two are on their way or at hand.
  tell('2', '3')
  expect(asked).toEqual([null, '1', '2'])
  await arrive('1')
  expect((await second).serverTime).toBe(1)
  await pages.goOn()
  expect(asked).toEqual([null, '1', '2', '3'])
})

test('where nothing may be asked for yet, a cursor that is told early is kept', async () => {
  let may = false
  const { pages, asked, arrive, tell } = list(9, { mayAsk: () => may })
  const first = pages.next(null)
  tell(null, '1')
  expect(asked).toEqual([null])
  may = true
  await arrive(null)
  await first
  expect(asked).toEqual([null, '1'])
})

test.each(['fails', 'arrives'])(
  'what was asked for with a cursor that the page does not have is let go, also where it %s',
  async (late) => {
    const { pages, asked, arrive, answers, tell } = list(2)
    const first = pages.next(null)
    tell(null, '7')
    expect(asked).toEqual([null, '7'])
    await arrive(null)
    expect((await first).nextCursor).toBe('1')
    expect(asked).toEqual([null, '7', '1'])
    // Nobody is told of its end, nor of what it leads to.
    if (late === 'fails') answers.get('7')?.fail(new Error('no such page'))
    else await arrive('7')
    expect(asked).toEqual([null, '7', '1'])
    await arrive('1')
    expect((await pages.next('1')).serverTime).toBe(1)
    await arrive('2')
    expect((await pages.next('2')).nextCursor).toBeNull()
    expect(pages.holds).toBe(false)
  },
)

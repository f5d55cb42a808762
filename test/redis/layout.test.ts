import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeys, type Keys } from '../../src/redis/keys.ts'
import { checkLayout, LAYOUT, type Migration } from '../../src/redis/layout.ts'
import { type TestRedis, testRedis } from '../support/redis.ts'

let server: TestRedis
let keys: Keys
const check = (layout: number, migrations: Record<number, Migration> = {}) =>
  checkLayout({ redis: server.redis, keys }, { layout, migrations })
const found = () => server.redis.get(keys.layout)

beforeEach(async () => {
  server = await testRedis()
  keys = createKeys(server.prefix)
})
afterEach(() => server.close())

test('a new installation has the present layout', async () => {
  await checkLayout({ redis: server.redis, keys })
  expect(await found()).toBe(String(LAYOUT))
})

test('data of a newer version are refused, and left as they are', async () => {
  await server.redis.set(keys.layout, LAYOUT + 1)
  await expect(checkLayout({ redis: server.redis, keys })).rejects.toThrow(
    `written by a newer ringpost (layout ${LAYOUT + 1}; this version knows ${LAYOUT})`,
  )
  expect(await found()).toBe(String(LAYOUT + 1))
})

test('data without a number are of the first layout, and go through every migration in turn', async () => {
  await server.redis.set(keys.masterKeyCheck, 'sealed')
  const done: number[] = []
  await check(3, { 1: async () => void done.push(1), 2: async () => void done.push(2) })
  expect(done).toEqual([1, 2])
  expect(await found()).toBe('3')
})

test('a migration that broke off is begun again, and one that has ended is not', async () => {
  await server.redis.set(keys.layout, 1)
  const done: number[] = []
  const breaksOff = async () => {
    throw new Error('killed')
  }
  await expect(check(3, { 1: async () => void done.push(1), 2: breaksOff })).rejects.toThrow('killed')
  // And whoever goes back to the version before meanwhile is refused.
  expect(await found()).toBe('3 from 2')
  await expect(check(2)).rejects.toThrow('written by a newer ringpost (layout 3; this version knows 2)')
  await check(3, { 1: async () => void done.push(1), 2: async () => void done.push(2) })
  expect(await found()).toBe('3')
  expect(done).toEqual([1, 2])
})

test('a process that migrates slowly never takes the number back', async () => {
  await server.redis.set(keys.layout, 1)
  await check(3, {
    1: async () => void (await server.redis.set(keys.layout, 3)),
  })
  expect(await found()).toBe('3')
})

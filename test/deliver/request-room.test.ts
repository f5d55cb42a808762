import { expect, test } from 'vitest'
import { createRequestRoom } from '../../src/deliver/request-room.ts'

/** As lanes do: an endpoint begins as many as it may have, up to 50, and gets no answer. */
function hang(room: ReturnType<typeof createRequestRoom>): number {
  let sending = 0
  while (sending < Math.min(50, room.share())) {
    room.begun()
    sending++
  }
  return sending
}

test('many that hang leave some room for the next one, and never all of it to one', () => {
  const room = createRequestRoom({ all: 2_000 })
  const first = Array.from({ length: 39 }, () => hang(room))
  expect(first).toEqual(Array(39).fill(50))
  const later = Array.from({ length: 100 }, () => hang(room))
  expect(later[0]).toBe(25)
  expect(Math.min(...later)).toBe(2)
  expect([...first, ...later].reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(2_000 + 2 * 100)
})

test('what ends makes room again', () => {
  const room = createRequestRoom({ all: 10, least: 2 })
  for (let i = 0; i < 10; i++) room.begun()
  expect(room.share()).toBe(2)
  for (let i = 0; i < 6; i++) room.ended()
  expect(room.share()).toBe(6)
})

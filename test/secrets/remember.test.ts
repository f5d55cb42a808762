import fc from 'fast-check'
import { expect, test } from 'vitest'
import { remember } from '../../src/secrets/remember.ts'

test('answers as the function does, asks it once while it remembers, and remembers no more than it may', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')),
      (size, texts) => {
        const made: string[] = []
        const ask = remember(size, (text) => {
          made.push(text)
          return `of ${text}`
        })
        const kept: string[] = []
        for (const text of texts) {
          const before = made.length
          expect(ask(text)).toBe(`of ${text}`)
          expect(made.length - before, text).toBe(kept.includes(text) ? 0 : 1)
          if (kept.includes(text)) continue
          kept.push(text)
          if (kept.length > size) kept.shift()
        }
      },
    ),
  )
})

test('an error is asked for again', () => {
  let broken = true
  const ask = remember(2, () => {
    if (broken) throw new Error('not now')
    return 1
  })
  expect(() => ask('a')).toThrow('not now')
  broken = false
  expect(ask('a')).toBe(1)
})

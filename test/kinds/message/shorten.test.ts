import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clean } from '../../../src/kinds/message/clean.ts'
import { shorten } from '../../../src/kinds/message/shorten.ts'

const encode = (character: string) => (character === '<' ? '&lt;' : character)

test('a text that fits stays whole', () => {
  expect(shorten('abc', 3)).toBe('abc')
  expect(shorten('<a', 5, encode)).toBe('&lt;a')
})

test('what is too long ends with an ellipsis, and no escape is cut', () => {
  expect(shorten('abcd', 3)).toBe('ab…')
  expect(shorten('<<<', 9, encode)).toBe('&lt;&lt;…')
  expect(shorten('<<<', 8, encode)).toBe('&lt;…')
  expect(shorten('a👍👍', 4)).toBe('a👍…')
})

test('nothing is ever longer than it may be, or not well formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
      const shown = shorten(text, limit, encode)
      expect(shown.length).toBeLessThanOrEqual(limit)
      expect(!text.isWellFormed() || shown.isWellFormed()).toBe(true)
    }),
  )
})

test('a clean text is one line that turns nothing around, and never empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = clean(text)
      expect(line).toMatch(/\S/)
      expect(line.isWellFormed()).toBe(true)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
    }),
  )
  expect(clean('  a\n\tb\u202e ')).toBe('a b')
  expect(clean('')).toBe('–')
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHttpDate } from '../../src/http/http-date.ts'
import { parseRateLimitReset, parseRetryAfter } from '../../src/http/retry-after.ts'

const NOW = Date.UTC(2026, 10, 23, 10)
const MINUTE = 60_000

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['1.5', 1_500],
    ['0.0001', 1],
    ['.5', 500],
    ['5.', 5_000],
    ['007', 7_000],
    ['Mon, 23 Nov 2026 10:01:00 GMT', MINUTE],
    ['Monday, 23-Nov-26 10:01:00 GMT', MINUTE],
    ['Mon Nov 23 10:01:00 2026', MINUTE],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['1e3', null],
    ['-5', null],
    ['-0', null],
    ['+5', null],
    ['5s', null],
    ['5, 10', null],
    ['', null],
    ['.', null],
    ['soon', null],
    ['Infinity', null],
    ['NaN', null],
    ['0x10', null],
    ['2026-11-23T10:01:00Z', null],
    ['Mon, 31 Feb 2026 10:01:00 GMT', null],
    ['Mon, 23 Foo 2026 10:01:00 GMT', null],
    ['Mon, 23 Nov 2026 24:01:00 GMT', null],
    ['Mon, 23 Nov 2026 10:01:00 +0100', null],
    [undefined, null],
  ])('%j is %j', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected)
  })

  test('never gives anything but null or a whole number of ms from 0 up', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.bigInt().map(String),
      fc.date().map(String),
    )
    fc.assert(
      fc.property(value, (text) => {
        for (const ms of [parseRetryAfter(text, NOW), parseRateLimitReset(text, NOW)]) {
          expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true)
        }
      }),
    )
  })

  test('reads every date of HTTP as JavaScript writes it', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
    fc.assert(
      fc.property(date, (day) => {
        const secs = Math.floor(day.getTime() / 1000)
        expect(parseHttpDate(day.toUTCString(), NOW)).toBe(secs * 1000)
      }),
    )
  })
})

describe('a year of two digits', () => {
  test.each([
    ['Sunday, 06-Nov-94 08:49:37 GMT', 1994],
    ['Friday, 06-Nov-76 08:49:37 GMT', 2076],
    ['Saturday, 06-Nov-77 08:49:37 GMT', 1977],
    ['Thursday, 06-Nov-03 08:49:37 GMT', 2003],
  ])('%s is in %i, at most 50 years ahead', (text, year) => {
    expect(new Date(parseHttpDate(text, NOW) ?? 0).getUTCFullYear()).toBe(year)
  })
})

describe('X-RateLimit-Reset', () => {
  test.each([
    ['30', 30_000],
    ['0.25', 250],
    [String(NOW / 1000 + 60), MINUTE],
    [`${NOW / 1000 + 1}.5`, 1_500],
    [String(NOW + 60_000), MINUTE],
    [String(NOW / 1000 - 60), 0],
    ['0', 0],
    ['-1', null],
    ['Mon, 23 Nov 2026 10:01:00 GMT', null],
    [undefined, null],
  ])('%j is %j ms', (value, expected) => {
    expect(parseRateLimitReset(value, NOW)).toBe(expected)
  })
})

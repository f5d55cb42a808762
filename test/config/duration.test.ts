import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/config/duration.ts'

const LONGEST = 36_500 * 86_400_000

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['0s', 0],
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['007s', 7_000],
    ['36500d', LONGEST],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    '30',
    '30 s',
    ' 30s',
    '30s ',
    '30S',
    '1.5h',
    '1,5h',
    '1h30m',
    '-5s',
    '+5s',
    '1e3s',
    '0x10s',
    's',
    '30sec',
    '2w',
    '３０s',
    '30s\n',
    'Infinityd',
    '36501d',
    `${'9'.repeat(400)}d`,
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })

  it('says what is wrong with the usual mistakes', () => {
    expect(() => parseDuration('30')).toThrow(/unit is missing/)
    expect(() => parseDuration('1.5h')).toThrow(/fraction in a smaller unit/)
    expect(() => parseDuration('1h30m')).toThrow(/only one of each/)
    expect(() => parseDuration('9999999d')).toThrow(/at most 36500d/)
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [90_000, '90s'],
    [120_000, '2m'],
    [86_400_000, '1d'],
    [90_061_001, '90061001ms'],
  ])('writes %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, LONGEST + 1])('refuses %d', (ms) => {
    expect(() => formatDuration(ms)).toThrow(RangeError)
  })

  it('is read back to the same number', () => {
    const anyUnit = fc
      .tuple(fc.nat(3_000), fc.constantFrom(1, 1_000, 60_000, 3_600_000, 86_400_000))
      .map(([count, unit]) => count * unit)
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: LONGEST }), anyUnit), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
})

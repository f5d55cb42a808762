import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isE164, readablePhone, toE164 } from '../../../src/kinds/message/phone-number.ts'

test.each([
  ['+13035550178', '+1 (303) 555-0178'],
  ['+493012345678', '+49 301 234 5678'],
  ['+442079460958', '+44 207 946 0958'],
  ['+79161234567', '+7 916 123 4567'],
  ['+35312345678', '+353 123 456 78'],
  ['+4915112345678', '+49 151 123 456 78'],
  ['+1234567', '+1 234 567'],
])('%s is read as %s', (number, shown) => expect(readablePhone(number)).toBe(shown))

test.each(['user_42', '+0301234567', '13035550178', '+1303555017812345', '+12', '+1303555017a', ''])(
  '%j is no number and stays as it is',
  (text) => {
    expect(isE164(text)).toBe(false)
    expect(readablePhone(text)).toBe(text)
  },
)

test('what is read has the same digits, whatever the number', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
      expect(readablePhone(number).replace(/[^+\d]/g, '')).toBe(number)
      expect(toE164(readablePhone(number))).toBe(number)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskEchoes } from '../../src/deliver/mask-echoes.ts'

const response = (body: string, headers: Record<string, string> = {}) => ({ status: 200, headers, body })

test.each([
  ['a value', ['secret-value'], 'you sent secret-value!', 'you sent ••••!'],
  ['a value twice', ['secret-value'], 'secret-value secret-value', '•••• ••••'],
  ['a token', ['Bearer abcdefgh'], '{"authorization":"Bearer abcdefgh"}', '{"authorization":"••••"}'],
  ['a token without its scheme', ['Bearer abcdefgh'], 'token abcdefgh', 'token ••••'],
  ['a value in JSON', ['se"cret\\value'], '{"x":"se\\"cret\\\\value"}', '{"x":"••••"}'],
  ['one in another', ['secret', 'secret-value'], 'secret-value and secret', '•••• and ••••'],
  ['what is too short to be one', ['yes'], 'yes', 'yes'],
  ['nothing', [], 'all of it', 'all of it'],
])('%s is masked', (_, values, body, masked) => {
  expect(maskEchoes(response(body, { 'x-echo': body }), values)).toEqual(
    response(masked, { 'x-echo': masked }),
  )
})

test('no response has nothing to mask', () => {
  expect(maskEchoes(null, ['secret-value'])).toBeNull()
})

test('no value of six characters or more is left', () => {
  const value = fc.stringMatching(/^[!-~]{6,20}$/)
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), fc.array(fc.string()), (values, noise) => {
      const body = noise.map((text, n) => text + (values[n % values.length] ?? '')).join('|') + values.join()
      const masked = maskEchoes(response(body), values)?.body ?? ''
      for (const one of values) expect(masked).not.toContain(one)
    }),
  )
})

test('cookies that a receiver sets are masked, whatever was sent', () => {
  const response = { status: 200, headers: { 'set-cookie': 'session=abcdef', server: 'nginx' }, body: '' }
  expect(maskEchoes(response, [])?.headers).toEqual({ 'set-cookie': '••••', server: 'nginx' })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMask, maskEchoes } from '../../src/deliver/mask-echoes.ts'

const response = (body: string, headers: Record<string, string> = {}) => ({ status: 200, headers, body })

test.each([
  ['a value', ['secret-value'], 'you sent secret-value!', 'you sent ••••!'],
  ['a value twice', ['secret-value'], 'secret-value secret-value', '•••• ••••'],
  ['a token', ['Bearer abcdefgh'], '{"authorization":"Bearer abcdefgh"}', '{"authorization":"••••"}'],
  ['a token without its scheme', ['Bearer abcdefgh'], 'token abcdefgh', 'token ••••'],
  ['a value in JSON', ['se"cret\\value'], '{"x":"se\\"cret\\\\value"}', '{"x":"••••"}'],
  ['one in another', ['secret', 'secret-value'], 'secret-value and secret', '•••• and ••••'],
  ['a value in a URL', ['a secret/value'], '?q=a%20secret%2Fvalue', '?q=••••'],
  ['the beginning of one, where the text ends there', ['secret-value'], 'you sent secret-v', 'you sent ••••'],
  ['what is too short to be one', ['yes'], 'yes', 'yes'],
  ['nothing', [], 'all of it', 'all of it'],
])('%s is masked', (_, values, body, masked) => {
  expect(maskEchoes(response(body, { 'x-echo': body }), createMask(values))).toEqual(
    response(masked, { 'x-echo': masked }),
  )
})

test('no response has nothing to mask', () => {
  expect(maskEchoes(null, createMask(['secret-value']))).toBeNull()
})

test('no value of six characters or more is left', () => {
  const value = fc.stringMatching(/^[!-~]{6,20}$/)
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), fc.array(fc.string()), (values, noise) => {
      const body = noise.map((text, n) => text + (values[n % values.length] ?? '')).join('|') + values.join()
      const masked = maskEchoes(response(body), createMask(values))?.body ?? ''
      for (const one of values) expect(masked).not.toContain(one)
    }),
  )
})

test('cookies that a receiver sets are masked, whatever was sent', () => {
  const response = { status: 200, headers: { 'set-cookie': 'session=abcdef', server: 'nginx' }, body: '' }
  expect(maskEchoes(response, createMask([]))?.headers).toEqual({ 'set-cookie': '••••', server: 'nginx' })
})

test('of many and large headers the first 4 KB are kept, with a mark', () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-header-${i}`, 'v'.repeat(50)]))
  const headers =
    maskEchoes(response('', { 'x-large': 'l'.repeat(9_000), ...many }), createMask([]))?.headers ?? {}
  const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  expect(size).toBeLessThanOrEqual(4_096)
  expect(size).toBeGreaterThan(3_800)
  expect(headers['x-large']).toMatch(/^l{900,1024}… \(cut\)$/)
  expect(headers['…']).toMatch(/^1\d\d more were left out$/)
  expect(maskEchoes(response('', { a: 'b' }), createMask([]))?.headers).toEqual({ a: 'b' })
})

test('a secret that a header is cut in is not shown in part', () => {
  const value = `${'x'.repeat(1_010)}secret-value${'x'.repeat(100)}`
  const headers = maskEchoes(response('', { 'x-echo': value }), createMask(['secret-value']))?.headers
  expect(headers?.['x-echo']).not.toContain('secre')
})

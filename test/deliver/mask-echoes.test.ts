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

const SECRET = 'tok/SECRET+va&lue<1234 "é"'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const inHtml = (text: string, escapes: Record<string, string>) =>
  text.replace(/[&<>"'+/=]/g, (one) => escapes[one] ?? one)
const inUnicode = (text: string) =>
  text.replace(/[<>&\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
const SPELLINGS: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'the JSON of JavaScript': (text) => JSON.stringify(text),
  'the JSON of PHP': (text) => inUnicode(JSON.stringify(text)).replaceAll('/', '\\/'),
  'the JSON of Go': (text) => inUnicode(JSON.stringify(text)),
  'JSON with escapes in capitals': (text) =>
    inUnicode(JSON.stringify(text)).replace(/(?<=\\u)..../g, (digits) => digits.toUpperCase()),
  'JSON within JSON': (text) => JSON.stringify({ data: JSON.stringify({ text }) }),
  'HTML with names': (text) => inHtml(text, { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }),
  'HTML with numbers': (text) => text.replace(/[^a-z0-9 ]/gi, (one) => `&#${one.charCodeAt(0)};`),
  'HTML of PHP': (text) => inHtml(text, { '&': '&amp;', '<': '&lt;', '"': '&#034;', "'": '&#039;' }),
  'HTML with hexadecimal numbers': (text) =>
    text.replace(/[^a-z0-9 ]/gi, (one) => `&#x${one.charCodeAt(0).toString(16).toUpperCase()};`),
  'a URL': encodeURIComponent,
  'a URL in small letters': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  'a form': (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  base64,
  'base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 in the JSON of PHP': (text) => base64(text).replaceAll('/', '\\/'),
  'base64 in a form': (text) => encodeURIComponent(base64(text)),
}

test.each(Object.entries(SPELLINGS))('a secret that comes back in %s is masked', (_, spell) => {
  const mask = createMask([SECRET])
  const sent = `before ${spell(SECRET)} after`
  const masked = mask(sent)
  expect(masked).toMatch(/^before .*••••.* after$/)
  const [kept = ''] = /(?<=^before ).*(?= after$)/.exec(masked) ?? []
  expect(kept.replace(/^\{.*:\\*"/, '')).toMatch(/^\W*••••\W*$/)
  // The log keeps the beginning of a body.
  const [beginning = ''] = sent.split(/lue|YWx1|x1ZT/)
  expect(mask(beginning)).not.toMatch(/SECRET|TRUNSRV/)
})

test('of a text in base64 a secret within it is masked, wherever it begins', () => {
  const mask = createMask([SECRET])
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const sent = base64(`${before}${SECRET} and more`)
    const masked = mask(sent)
    const gone = sent.length - masked.length + '••••'.length
    const left = Buffer.from(masked.replace('••••', 'A'.repeat(gone)), 'base64').toString()
    expect(left).toMatch(/and more$/)
    expect(left).not.toMatch(/tok|SECRET|lue|1234/)
  }
})

test('of Basic the name and the password are masked, and the password alone', () => {
  const mask = createMask([`Basic ${base64('ringpost:pass:w/rd')}`])
  expect(mask(`{"authorization":"Basic ${base64('ringpost:pass:w/rd')}"}`)).toBe('{"authorization":"••••"}')
  expect(mask('{"user":"ringpost:pass:w\\/rd"}')).toBe('{"user":"••••"}')
  expect(mask('user ringpost, password pass:w/rd')).toBe('user ringpost, password ••••')
})

test('a text that would take too long to look through is masked as a whole', () => {
  for (const character of ['/', '\\', '&']) {
    const mask = createMask([`${character.repeat(4_000)}b`])
    expect(mask(`${character.repeat(4_000)}c`)).toBe('••••')
  }
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

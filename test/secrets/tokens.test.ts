import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { createMasterKey, parseMasterKey } from '../../src/secrets/master-key.ts'
import { createApiToken, hashToken, tokensEqual } from '../../src/secrets/tokens.ts'

it('makes tokens that are different and that the configuration accepts', () => {
  const tokens = Array.from({ length: 100 }, createApiToken)
  expect(new Set(tokens).size).toBe(100)
  for (const token of tokens) {
    expect(token).toMatch(/^rp_[\w-]{43}$/)
    expect(parseConfig({ RINGPOST_API_TOKEN: token }, '/').apiToken).toBe(token)
  }
})

it('makes master keys that the configuration accepts', () => {
  for (const key of Array.from({ length: 100 }, createMasterKey)) {
    expect(parseMasterKey(key)).toHaveLength(32)
    expect(parseConfig({ RINGPOST_MASTER_KEY: key }, '/').masterKey).toEqual(Buffer.from(key, 'base64'))
  }
})

it('compares any two texts, also of different lengths', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(tokensEqual(a, b)).toBe(a === b)
      expect(tokensEqual(a, a)).toBe(true)
      expect(hashToken(a) === hashToken(b)).toBe(a === b)
    }),
  )
})

it('hashes to the SHA-256 that anyone would expect', () => {
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

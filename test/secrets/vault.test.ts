import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault } from '../../src/secrets/vault.ts'

const vault = createVault(randomBytes(32))
const internal = expect.objectContaining({ code: 'internal' })

describe('createVault', () => {
  it('opens what it sealed, in another process with the same key too', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (key, text, context) => {
          const sealed = createVault(Buffer.from(key)).seal(text, context)
          expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]+$/)
          expect(createVault(Buffer.from(key)).open(sealed, context)).toBe(text)
        },
      ),
    )
  })

  it('opens a value that an earlier version sealed', () => {
    const old = createVault(Buffer.alloc(32, 1))
    expect(old.open(FROM_VERSION_1, 'endpoint:ep_1:secret')).toBe('whsec_abc')
  })

  it('never seals the same text to the same value', () => {
    const values = Array.from({ length: 100 }, () => vault.seal('text', 'place'))
    expect(new Set(values).size).toBe(100)
  })

  it('does not open a value that was moved to another record', () => {
    const [a, b] = [
      vault.seal('secret of a', 'endpoint:a:secret'),
      vault.seal('secret of b', 'endpoint:b:secret'),
    ]
    expect(() => vault.open(a, 'endpoint:b:secret')).toThrow(internal)
    expect(() => vault.open(b, 'endpoint:a:secret')).toThrow(internal)
  })

  it('does not open a value in which any character was changed, added or left out', () => {
    // 37 bytes with nonce and tag: the last character of their base64 has bits to spare.
    const sealed = vault.seal('a secret!', 'place')
    const other = fc.constantFrom(...'ABab01-_.=+/ \n')
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), other, fc.constantFrom(0, 1), (at, character, removed) => {
        const changed = sealed.slice(0, at) + character + sealed.slice(at + removed)
        fc.pre(changed !== sealed)
        expect(() => vault.open(changed, 'place')).toThrow(expect.objectContaining({ name: 'RingpostError' }))
      }),
      { numRuns: 1000 },
    )
    for (let length = 0; length < sealed.length; length++) {
      expect(() => vault.open(sealed.slice(0, length), 'place')).toThrow(internal)
    }
    expect(() => vault.open(`${sealed}\n`, 'place')).toThrow(internal)
  })

  it('says in a plain sentence that another master key is needed', () => {
    const sealed = createVault(randomBytes(32)).seal('a secret', 'source:src_default:api_key')
    expect(() => vault.open(sealed, 'source:src_default:api_key')).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(
          /^The secret source:src_default:api_key was encrypted with another master key: set RINGPOST_MASTER_KEY to the one used before/,
        ),
      }),
    )
  })

  it('does not open under another key whose id was pasted in', () => {
    const [version, , body] = createVault(randomBytes(32)).seal('a secret', 'place').split('.')
    const keyId = vault.seal('', '').split('.')[1]
    expect(() => vault.open([version, keyId, body].join('.'), 'place')).toThrow(internal)
  })

  it('opens what a previous key sealed, and seals with the present one alone', () => {
    const [older, old, present] = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const during = createVault(present, [old, older])
    for (const key of [older, old, present]) {
      const sealed = createVault(key).seal('a secret', 'place')
      expect(during.open(sealed, 'place')).toBe('a secret')
      expect(during.isCurrent(sealed)).toBe(key === present)
      // Each under its own key: the place is bound as ever.
      expect(() => during.open(sealed, 'another place')).toThrow(internal)
    }
    const sealed = during.seal('a secret', 'place')
    expect(createVault(present).open(sealed, 'place')).toBe('a secret')
    expect(() => createVault(old, [older]).open(sealed, 'place')).toThrow(/another master key/)
  })

  it('shows neither the text nor the key in what it sealed or says', () => {
    const key = Buffer.alloc(32, 'k')
    const sealed = createVault(key).seal('plain-text', 'place')
    expect(sealed + Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toMatch(
      /plain|kkk/,
    )
    expect(() => createVault(key).open(sealed, 'elsewhere')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(sealed) }),
    )
  })

  it.each([0, 16, 31, 33])('refuses a key of %d bytes', (length) => {
    expect(() => createVault(Buffer.alloc(length))).toThrow(RangeError)
    expect(() => createVault(randomBytes(32), [Buffer.alloc(length)])).toThrow(RangeError)
  })
})

const FROM_VERSION_1 = 'v1.A0CM3L28.uaN4EEDuLp46oF64WWOSlYLHupr5YbCRMrty0cCzErmNi3K9iQ'

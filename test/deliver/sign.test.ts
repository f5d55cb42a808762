import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { createSecret, parseSecret, signatureHeader, verifySignature } from '../../src/deliver/sign.ts'
import { publicKeyOf, secretProblem } from '../../src/secrets/signing-secret.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OTHER = createSecret()
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const BODY = '{"test": 2432232314}'
const NOW = Math.floor(Date.now() / 1000)

function headersOf(signature: string, timestamp = NOW, id = ID) {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
}

function verify(over: Partial<Parameters<typeof verifySignature>[0]> & { signature?: string } = {}) {
  const { signature = signatureHeader([SECRET], ID, NOW, BODY), ...rest } = over
  const headers = { id: ID, timestamp: String(NOW), signature }
  return verifySignature({ secrets: [SECRET], headers, body: BODY, nowSecs: NOW, ...rest })
}

describe('the public packages', () => {
  const body = fc.json({ stringUnit: 'binary' })

  test('accept what is signed here', () => {
    fc.assert(
      fc.property(body, (text) => {
        const headers = headersOf(signatureHeader([SECRET], ID, NOW, text))
        expect(new Webhook(SECRET).verify(text, headers)).toEqual(JSON.parse(text))
        new SvixWebhook(SECRET).verify(text, headers)
      }),
    )
  })

  test('sign what is accepted here', () => {
    fc.assert(
      fc.property(body, (text) => {
        const signature = new Webhook(SECRET).sign(ID, new Date(NOW * 1000), text)
        expect(verify({ signature, body: text })).toEqual({ ok: true })
      }),
    )
  })

  test('accept a new secret, and one of two during a rotation', () => {
    const signature = signatureHeader([OTHER, SECRET], ID, NOW, BODY)
    expect(signature.split(' ')).toHaveLength(2)
    for (const secret of [SECRET, OTHER]) {
      new Webhook(secret).verify(BODY, headersOf(signature))
      new SvixWebhook(secret).verify(BODY, headersOf(signature))
    }
  })

  test.each([
    ['another body', `${BODY} `, headersOf(signatureHeader([SECRET], ID, NOW, BODY))],
    ['another id', BODY, headersOf(signatureHeader([SECRET], ID, NOW, BODY), NOW, 'msg_2')],
    ['another timestamp', BODY, headersOf(signatureHeader([SECRET], ID, NOW, BODY), NOW + 1)],
    ['an old one', BODY, headersOf(signatureHeader([SECRET], ID, NOW - 400, BODY), NOW - 400)],
    ['another secret', BODY, headersOf(signatureHeader([OTHER], ID, NOW, BODY))],
  ])('refuse %s, as is done here', (_, text, headers) => {
    expect(() => new Webhook(SECRET).verify(text, headers)).toThrow()
    expect(() => new SvixWebhook(SECRET).verify(text, headers)).toThrow()
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
    expect(verify({ body: text, headers: { id, timestamp, signature } })).toMatchObject({ ok: false })
  })
})

test('the example of the specification has the signature that it says', () => {
  // From the tests of the reference implementations.
  expect(signatureHeader([SECRET], ID, 1614265330, BODY)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

describe('Ed25519', () => {
  // The pair of Svix's tests, and the signature that the specification shows as its example of `v1a`.
  const KEY = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='
  const PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='

  test('signs as the example of the specification', () => {
    expect(publicKeyOf(KEY)).toBe(PUBLIC)
    expect(signatureHeader([KEY], ID, 1614265330, BODY)).toBe(
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    )
  })

  test('is verified with the public key, which cannot sign', () => {
    const secret = createSecret('ed25519')
    const signature = signatureHeader([secret], ID, NOW, BODY)
    const key = publicKeyOf(secret) ?? ''
    expect(verify({ signature, secrets: [key] })).toEqual({ ok: true })
    expect(verify({ signature, secrets: [PUBLIC] })).toMatchObject({ ok: false })
    expect(verify({ signature, secrets: [SECRET, key] })).toEqual({ ok: true })
    expect(verify({ signature, secrets: [key], body: `${BODY} ` })).toMatchObject({ ok: false })
    expect(() => signatureHeader([key], ID, NOW, BODY)).toThrow(/A signing secret must begin with/)
  })

  test('beside a shared secret is how a receiver changes from one to the other', () => {
    const signature = signatureHeader([KEY, SECRET], ID, NOW, BODY)
    expect(signature).toMatch(/^v1a,\S{88} v1,\S{44}$/)
    new Webhook(SECRET).verify(BODY, headersOf(signature))
    expect(verify({ signature })).toEqual({ ok: true })
    expect(verify({ signature, secrets: [PUBLIC] })).toEqual({ ok: true })
  })

  test.each(['v1a,', 'v1a,AAAA', `v1a,${'A'.repeat(86)}==`, 'v1a,☎'])(
    'refuses the signature %j',
    (signature) => {
      expect(verify({ signature, secrets: [PUBLIC] })).toMatchObject({ ok: false })
    },
  )

  test('wants v1a where there is only a public key', () => {
    const signature = signatureHeader([SECRET], ID, NOW, BODY)
    expect(verify({ signature, secrets: [PUBLIC] })).toEqual({
      ok: false,
      reason: 'The header webhook-signature holds no v1a signature.',
    })
  })

  test('keys are whsk_ and 64 bytes, another each time; the seed alone will do', () => {
    const secret = createSecret('ed25519')
    expect(secret).toMatch(/^whsk_\S{88}$/)
    expect(secret).not.toBe(createSecret('ed25519'))
    expect(secretProblem(secret)).toBeNull()
    const seed = `whsk_${Buffer.from(KEY.slice(5), 'base64').subarray(0, 32).toString('base64')}`
    expect(secretProblem(seed)).toBeNull()
    expect(publicKeyOf(seed)).toBe(PUBLIC)
    expect(publicKeyOf(SECRET)).toBeNull()
  })

  const key = (bytes: Buffer) => `whsk_${bytes.toString('base64')}`
  test.each([
    ['nothing', 'whsk_', /this one has 0/],
    ['too few bytes', key(Buffer.alloc(31)), /this one has 31/],
    ['a size in between', key(Buffer.alloc(48)), /this one has 48/],
    ["another's public key", key(Buffer.alloc(64)), /must have the public key of its own seed/],
    ['no padding', KEY.replace(/=+$/, ''), /only base64/],
    ['a public key in its place', PUBLIC, /must begin with whsec_, or with whsk_/],
  ])('a secret of %s is refused', (_, secret, problem) => {
    expect(secretProblem(secret)).toMatch(problem)
  })
})

describe('verifying', () => {
  test('needs one right signature by one of the secrets, among any others', () => {
    const right = signatureHeader([SECRET], ID, NOW, BODY)
    const wrong = signatureHeader([OTHER], ID, NOW, BODY)
    expect(verify({ signature: `v1a,xyz ${wrong} v1, ${right}` })).toEqual({ ok: true })
    expect(verify({ signature: wrong, secrets: [SECRET, OTHER] })).toEqual({ ok: true })
    expect(verify({ signature: wrong })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/No signature/),
    })
    expect(verify({ secrets: [] })).toMatchObject({ ok: false })
  })

  test.each([
    ['', /webhook-signature is missing/],
    ['v1', /no v1 signature/],
    ['v2,abc', /no v1 signature/],
    ['v1,', /No signature fits/],
    [`v1,${'A'.repeat(43)}=`, /No signature fits/],
    ['v1,☎', /No signature fits/],
  ])('refuses the signature %j', (signature, reason) => {
    expect(verify({ signature })).toMatchObject({ ok: false, reason: expect.stringMatching(reason) })
  })

  test.each([
    ['id', /webhook-id/],
    ['timestamp', /webhook-timestamp/],
    ['signature', /webhook-signature/],
  ] as const)('names a missing %s', (name, reason) => {
    const headers = { id: ID, timestamp: String(NOW), signature: 'v1,x', [name]: undefined }
    expect(verify({ headers })).toMatchObject({ ok: false, reason: expect.stringMatching(reason) })
  })

  test.each([
    [0, true],
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('of a webhook that is %i s old is %s', (age, ok) => {
    expect(verify({ nowSecs: NOW + age }).ok).toBe(ok)
    expect(verify({ nowSecs: NOW + age, toleranceSecs: 400 }).ok).toBe(true)
  })

  test.each(['', '1e9', '-5', '0x10', 'NaN', `${NOW}.5`, ` ${NOW}`, '9'.repeat(400)])(
    'refuses the timestamp %j, even with a signature over it',
    (timestamp) => {
      const signature = `v1,${new Webhook(SECRET).sign(ID, new Date(NOW * 1000), BODY)}`
      expect(verify({ headers: { id: ID, timestamp, signature } }).ok).toBe(false)
    },
  )
})

describe('a secret', () => {
  test('is whsec_ and 32 bytes, another each time', () => {
    expect(parseSecret(createSecret())).toHaveLength(32)
    expect(createSecret()).not.toBe(createSecret())
    expect(createSecret('hmac-sha256', (size) => Buffer.alloc(size, 1))).toBe(
      `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
    )
  })

  const bytes = (size: number) => `whsec_${Buffer.alloc(size, 7).toString('base64')}`

  test.each([24, 32, 64])('may have %i bytes', (size) => {
    expect(parseSecret(bytes(size))).toEqual(Buffer.alloc(size, 7))
  })

  test.each([
    ['no prefix', bytes(32).slice(6), /begin with whsec_/],
    ['nothing after it', 'whsec_', /24 to 64 bytes after whsec_, and this one has 0/],
    ['too few bytes', bytes(23), /has 23/],
    ['too many bytes', bytes(65), /has 65/],
    ['a space', `${bytes(32)} `, /only base64/],
    ['base64 for URLs', bytes(32).replace(/.$/, '_'), /only base64/],
    ['no padding', bytes(32).replace(/=+$/, ''), /only base64/],
  ])('with %s is refused without repeating it', (_, secret, message) => {
    expect(() => parseSecret(secret)).toThrow(message)
    expect(() => parseSecret(secret)).toThrow(expect.objectContaining({ code: 'bad_request' }))
    expect(() => signatureHeader([secret], ID, NOW, BODY)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('BwcH') }),
    )
  })
})

import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyHmac, fits, readSignature } from '../../src/nudge/verify-nudge.ts'
import { startTestApi } from '../api/support.ts'
import { fuzzRuns, fuzzTimeout } from './fuzz-runs.ts'

const SECRET = 'wsec_f33540691158e6988cf0b0ab0a6f35a1'
const NOW = Date.parse('2026-11-23T10:00:00.000Z')

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
const part = fc.oneof(
  fc.integer({ min: -10_000_000, max: 10_000_000 }).map((off) => `t=${NOW / 1000 + off}`),
  hex.map((digits) => `v0=${digits}`),
  fc.constantFrom(
    't=',
    'v0=',
    't=1e9',
    't=NaN',
    `t=${'9'.repeat(400)}`,
    `v0=${'f'.repeat(10_000)}`,
    '=',
    ',',
    ' ',
  ),
  fc.string(),
)
/** A header as it is, right and wrong. */
const header = fc.oneof(
  fc.array(part, { maxLength: 8 }).map((parts) => parts.join(',')),
  fc.string({ maxLength: 200 }),
)

const RUNS = fuzzRuns(500)
test(
  `${RUNS} signature headers: each is refused in a sentence or read, and none fits that was not made with the secret`,
  () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 100 }), (text, body) => {
        const read = readSignature(text, NOW)
        if ('refused' in read) {
          expect(read.refused.length).toBeLessThan(200)
          return
        }
        expect(fits(bodyHmac(SECRET, read.timestamp).update(body).digest(), read.signatures)).toBe(false)
        // Beside any others, the one that is right is enough.
        const right = createHmac('sha256', SECRET).update(`${read.timestamp}.`).update(body).digest()
        expect(fits(right, [...read.signatures, right])).toBe(true)
      }),
      { numRuns: RUNS },
    )
  },
  fuzzTimeout(RUNS),
)

/** What a header of HTTP can hold. */
const sendable = header.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim())

const REQUESTS = fuzzRuns(100)
test(`${REQUESTS} posts without the secret: none is accepted, none breaks the API, and the next right one is`, {
  timeout: fuzzTimeout(REQUESTS),
}, async () => {
  const api = await startTestApi()
  await api.addSource('src_default', { nudge_secret: SECRET })
  const path = '/v1/sources/src_default/nudge'
  const post = (raw: string, headers: Record<string, string>) =>
    api.request('POST', path, { raw, headers, token: null })
  await fc.assert(
    fc.asyncProperty(
      sendable,
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', 'x/y; charset=utf-16'),
      async (signature, body, type) => {
        const answer = await post(body, { 'elevenlabs-signature': signature, 'content-type': type })
        expect([answer.status, answer.json.code]).toEqual([403, 'signature_refused'])
      },
    ),
    { numRuns: REQUESTS, endOnFailure: true },
  )
  const t = NOW / 1000
  const v0 = createHmac('sha256', SECRET).update(`${t}.{}`).digest('hex')
  expect((await post('{}', { 'elevenlabs-signature': `t=${t},v0=${v0}` })).status).toBe(200)
  expect(await api.store.readState('src_default')).toMatchObject({ nudges: 1 })
})

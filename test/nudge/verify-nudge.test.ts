import { expect, test } from 'vitest'
import { bodyHmac, fits, readSignature, TOLERANCE_MS } from '../../src/nudge/verify-nudge.ts'

const AT = 1_739_537_297
const NOW = AT * 1000
/** printf '%s' '1739537297.{"type":"post_call_transcription"}' | openssl dgst -sha256 -hmac wsec_0123456789abcdef */
const SIGNATURE = '08dea5f2938493a6b39c6068441b5db480701ffc5901e7e6587998612f864f29'
const BODY = '{"type":"post_call_transcription"}'

const digestOf = (body: string, secret = 'wsec_0123456789abcdef') =>
  bodyHmac(secret, String(AT)).update(body).digest()

test('a signature that another program made fits, and only for its body and its secret', () => {
  const read = readSignature(`t=${AT},v0=${SIGNATURE}`, NOW)
  if ('refused' in read) throw new Error(read.refused)
  expect(fits(digestOf(BODY), read.signatures)).toBe(true)
  expect(fits(digestOf(`${BODY} `), read.signatures)).toBe(false)
  expect(fits(digestOf(BODY, 'wsec_0123456789abcdeF'), read.signatures)).toBe(false)
})

test('one of several signatures is enough, in any case and with spaces between', () => {
  const read = readSignature(`t=${AT}, v0=${'0'.repeat(64)}, v0=${SIGNATURE.toUpperCase()}`, NOW)
  if ('refused' in read) throw new Error(read.refused)
  expect(fits(digestOf(BODY), read.signatures)).toBe(true)
})

test('the clock may be off by half an hour, in both directions and no more', () => {
  const at = (now: number) => readSignature(`t=${AT},v0=${SIGNATURE}`, now)
  expect(at(NOW + TOLERANCE_MS)).not.toHaveProperty('refused')
  expect(at(NOW - TOLERANCE_MS)).not.toHaveProperty('refused')
  expect(at(NOW + TOLERANCE_MS + 1)).toEqual({
    refused: 'It was signed 30 min ago, and at most 30 min are allowed.',
  })
  expect(at(NOW - TOLERANCE_MS - 1)).toEqual({
    refused: 'It was signed 30 min in the future: check the clocks of both machines.',
  })
})

test.each([
  [undefined, /is missing/],
  ['', /is missing/],
  [`v0=${SIGNATURE}`, /when it was signed/],
  [`t=,v0=${SIGNATURE}`, /when it was signed/],
  [`t=1e9,v0=${SIGNATURE}`, /when it was signed/],
  [`t=-1,v0=${SIGNATURE}`, /when it was signed/],
  [`t=${AT},t=${AT + 1},v0=${SIGNATURE}`, /when it was signed/],
  [`t=${AT}`, /holds no signature/],
  [`t=${AT},v0=`, /holds no signature/],
  [`t=${AT},v0=${SIGNATURE}00`, /holds no signature/],
  [`t=${AT},v1=${SIGNATURE}`, /holds no signature/],
])('%j is refused', (header, why) => {
  expect(readSignature(header, NOW)).toEqual({ refused: expect.stringMatching(why) })
})

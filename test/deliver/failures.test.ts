import { describe, expect, test } from 'vitest'
import { classifyFailure, classifyResponse } from '../../src/deliver/failures.ts'
import { HttpFailure, type HttpFailureCode } from '../../src/http/http-failure.ts'

const NOW = Date.UTC(2026, 10, 23)
const URL = 'https://receiver.test/hook?token=T0KEN'

function classify(status: number, headers: Record<string, string> = {}) {
  return classifyResponse(status, headers, URL, NOW)
}

describe('a response', () => {
  test.each([200, 201, 202, 204, 206, 299])('of %i is success', (status) => {
    expect(classify(status)).toEqual({ kind: 'succeeded' })
  })

  test.each([400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 599, 999])(
    'of %i is the receiver’s failure and tried again',
    (status) => {
      const outcome = classify(status)
      expect(outcome).toMatchObject({
        kind: 'failed',
        error: { code: 'http_status', message: expect.stringContaining(`The endpoint answered ${status}`) },
        retry: 'schedule',
        fault: 'receiver',
        connectionFailure: false,
      })
      expect(outcome).not.toHaveProperty('disable')
    },
  )

  test('of 503 says so in the words of the contract', () => {
    expect(classify(503)).toMatchObject({ error: { message: 'The endpoint answered 503.' } })
  })

  test('of 410 disables the endpoint', () => {
    expect(classify(410)).toMatchObject({
      error: { code: 'gone' },
      retry: 'never',
      fault: 'permanent',
      disable: true,
    })
  })

  test.each([
    [429, 7_000],
    [503, 7_000],
    [500, null],
    [404, null],
  ])('of %i with Retry-After: 7 asks for %j ms', (status, retryAfterMs) => {
    expect(classify(status, { 'retry-after': '7' })).toMatchObject({ retryAfterMs })
  })

  test.each([
    [301, 'https://new.test/hook?token=T0KEN#x', 'https://new.test/hook'],
    [308, 'https://u:T0KEN@new.test/hook', 'https://new.test/hook'],
    [302, '/other', 'https://receiver.test/other'],
    [307, 'other?a=T0KEN', 'https://receiver.test/other'],
    [303, '//new.test', 'https://new.test/'],
  ])('of %i to %s says to update the URL to %s', (status, location, target) => {
    const outcome = classify(status, { location })
    expect(outcome).toMatchObject({ error: { code: 'redirect' }, retry: 'schedule', fault: 'receiver' })
    expect(messageOf(outcome)).toBe(
      `The endpoint answered ${status}, and webhooks do not follow redirects: update the URL to ${target}`,
    )
  })

  test.each([[{}], [{ location: 'https://' }], [{ location: 'javascript:alert(1)' }]])(
    'of 302 to nowhere (%j) says so without a URL',
    (headers) => {
      expect(messageOf(classify(302, headers as Record<string, string>))).toMatch(/update the URL to the one/)
    },
  )

  test('of 302 to a very long URL is a short sentence', () => {
    expect(messageOf(classify(302, { location: `/${'a'.repeat(10_000)}` })).length).toBeLessThan(500)
  })
})

describe('a request without a response', () => {
  const table: [HttpFailureCode, 'receiver' | 'ours' | 'permanent', 'schedule' | 'never', boolean][] = [
    ['timeout', 'receiver', 'schedule', true],
    ['dns_failed', 'receiver', 'schedule', true],
    ['connect_failed', 'receiver', 'schedule', true],
    ['connection_reset', 'receiver', 'schedule', true],
    ['tls_failed', 'receiver', 'schedule', true],
    ['bad_response', 'receiver', 'schedule', false],
    ['blocked_address', 'permanent', 'never', false],
    ['invalid_request', 'permanent', 'never', false],
    ['aborted', 'ours', 'schedule', false],
    ['no_resources', 'ours', 'schedule', false],
  ]
  test.each(table)(
    'for %s is the fault of %s, to be tried again: %s',
    (code, fault, retry, connectionFailure) => {
      expect(classifyFailure(new HttpFailure(code, 'connect', 'A sentence.'))).toEqual({
        kind: 'failed',
        error: { code, message: 'A sentence.' },
        retry,
        retryAfterMs: null,
        fault,
        connectionFailure,
      })
    },
  )
})

function messageOf(outcome: ReturnType<typeof classifyResponse>): string {
  return outcome.kind === 'failed' ? outcome.error.message : ''
}

import { expect, test } from 'vitest'
import { warningsOf } from '../../src/detect/poll-warnings.ts'

const NOTHING = { newestFirst: true, unreadable: 0, inFuture: 0, lateChanges: 0, calledBefore: 0 }

test.each([
  ['http://elevenlabs.internal:8080', true],
  ['http://10.0.0.7', true],
  ['http://127.evil.example', true],
  ['https://api.elevenlabs.io', false],
  ['http://127.0.0.1:4010', false],
  ['http://[::1]:4010', false],
  ['http://localhost:4010', false],
])('a key that is sent to %s: warned of %s', (baseUrl, warned) => {
  const codes = warningsOf(NOTHING, { baseUrl }).map(({ code }) => code)
  expect(codes).toEqual(warned ? ['key_in_clear'] : [])
})

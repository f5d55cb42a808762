import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecret, signatureHeader } from '../../src/deliver/sign.ts'
import { ringpost } from './cli.ts'

const SECRET = createSecret()
const BODY = '{"a":"b\\n\\nc"}'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringpost-verify-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function saved(at: number, options: { eol?: string; body?: string } = {}): string {
  const { eol = '\n', body = BODY } = options
  const head = [
    'POST /hooks HTTP/1.1',
    'Content-Type: application/json',
    'Webhook-Id: evt_1',
    `Webhook-Timestamp: ${at}`,
    `Webhook-Signature: ${signatureHeader([SECRET], 'evt_1', at, BODY)}`,
  ]
  return [...head, '', body].join(eol)
}

async function verify(request: string, ...args: string[]) {
  const file = join(folder, 'request.http')
  await writeFile(file, request)
  return ringpost('http://127.0.0.1:1', ['verify', file, '--secret', SECRET, ...args])
}

const now = () => Math.floor(Date.now() / 1000)

test.each(['\n', '\r\n'])('a saved request whose lines end with %j is verified', async (eol) => {
  expect(await verify(saved(now(), { eol }))).toEqual({
    code: 0,
    stdout: '✓ the signature is right\n',
    stderr: '',
  })
})

test('a changed body, another secret and an old request are refused with the reason', async () => {
  const changed = await verify(saved(now(), { body: `${BODY} ` }))
  expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining('body was changed')])
  const other = await ringpost('http://127.0.0.1:1', ['verify', '-', '--secret', createSecret(), '--json'], {
    input: saved(now()),
  })
  expect([other.code, JSON.parse(other.stdout)]).toEqual([1, { ok: false, reason: expect.any(String) }])
  const old = await verify(saved(now() - 86_400))
  expect([old.code, old.stdout]).toEqual([1, expect.stringContaining('old')])
  expect((await verify(saved(now() - 86_400), '--any-age')).code).toBe(0)
})

test('a file that is not there, and a secret that is none, are sentences', async () => {
  const missing = await ringpost('http://127.0.0.1:1', ['verify', '/nope', '--secret', SECRET])
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('/nope cannot be read')])
  const wrong = await ringpost('http://127.0.0.1:1', ['verify', '-', '--secret', 'abc'], {
    input: saved(now()),
  })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('whsec_')])
})

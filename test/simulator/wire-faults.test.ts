import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/simulator/faults.ts'
import { start } from './support.ts'

const USERS = '/v1/convai/users'

async function played(fault: Fault) {
  const bench = await start()
  bench.simulator.seed({ users: 3 })
  const whole = await (await bench.get(USERS)).text()
  bench.simulator.fault(fault)
  return { ...bench, whole }
}

/** Everything that arrives, chunk by chunk, and the error that ended it, if any. */
async function drain(response: Response): Promise<{ chunks: Uint8Array[]; error: Error | null }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
    return { chunks, error: null }
  } catch (error) {
    return { chunks, error: error as Error }
  }
}

const bytesIn = (chunks: Uint8Array[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
const codeOf = (error: unknown) => ((error as Error).cause as { code?: string } | undefined)?.code

test('truncated JSON is a complete response that does not parse', async () => {
  const { get, whole } = await played({ kind: 'truncated_json' })
  const response = await get(USERS)
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(text).toBe(whole.slice(0, Math.floor(whole.length / 2)))
  expect(response.headers.get('content-length')).toBe(String(text.length))
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
})

test.each([undefined, 0])('a body that stalls after %s bytes', async (bytes) => {
  const { get, whole } = await played({ kind: 'stalled_body', ...(bytes === undefined ? {} : { bytes }) })
  const aborter = new AbortController()
  const response = await get(USERS, {}, { signal: aborter.signal })
  expect(response.headers.get('content-length')).toBe(String(whole.length))
  const timer = setTimeout(() => aborter.abort(), 200)
  const { chunks, error } = await drain(response)
  clearTimeout(timer)
  expect(error?.name).toBe('AbortError')
  expect(bytesIn(chunks)).toBe(bytes ?? Math.floor(whole.length / 2))
})

test('one byte at a time', async () => {
  const { get, whole } = await played({ kind: 'slow_body', ms: 1 })
  const { chunks, error } = await drain(await get(USERS))
  expect(error).toBeNull()
  expect(Buffer.concat(chunks).toString()).toBe(whole)
  expect(chunks.filter((chunk) => chunk.length === 1).length).toBeGreaterThan(whole.length / 4)
})

describe('resets', () => {
  test('before the headers', async () => {
    const { simulator, get } = await played({ kind: 'reset' })
    const error = await get(USERS).catch((reason: unknown) => reason)
    expect(codeOf(error)).toBe('ECONNRESET')
    expect(simulator.requests.log.at(-1)).toMatchObject({ path: USERS, status: 0 })
    expect((await get(USERS)).status).toBe(200)
  })

  test.each(['after_headers', 'mid_body'] as const)('%s', async (when) => {
    const { simulator, get, whole } = await played({ kind: 'reset', when })
    const response = await get(USERS)
    expect(response.status).toBe(200)
    const { chunks, error } = await drain(response)
    expect(codeOf(error)).toBe('ECONNRESET')
    expect(bytesIn(chunks)).toBe(when === 'mid_body' ? Math.floor(whole.length / 2) : 0)
    expect(simulator.requests.log.at(-1)).toMatchObject({ status: 200 })
  })
})

test('a delayed answer is the true one, and logged when it goes out', async () => {
  const { simulator, get, whole } = await played({ kind: 'delay', ms: 150 })
  const began = performance.now()
  const waiting = get(USERS)
  while (simulator.requests.total < 2) await new Promise(setImmediate)
  expect(simulator.requests.log.at(-1)?.status).toBe(0)
  expect(await (await waiting).text()).toBe(whole)
  expect(performance.now() - began).toBeGreaterThan(140)
  expect(simulator.requests.log.at(-1)?.status).toBe(200)
})

describe('an oversized body', () => {
  test('is JSON all the same, in chunks of unknown size', async () => {
    const { get, whole } = await played({ kind: 'oversized_body', bytes: 300_001 })
    const response = await get(USERS)
    expect(response.headers.get('content-length')).toBeNull()
    const text = await response.text()
    expect(text).toHaveLength(300_001 + whole.length)
    expect(JSON.parse(text)).toEqual(JSON.parse(whole))
  })

  test('declared in advance', async () => {
    const { get, whole } = await played({ kind: 'oversized_body', bytes: 100_000, declared: true })
    const response = await get(USERS)
    expect(response.headers.get('content-length')).toBe(String(100_000 + whole.length))
    await response.text()
  })

  test('stops when the client hangs up', async () => {
    const { get } = await played({ kind: 'oversized_body', bytes: 10_000_000_000 })
    const response = await get(USERS)
    await response.body?.cancel()
    expect((await get(USERS)).status).toBe(200)
  })
})

test('refused connections, until they are accepted again on the same port', async () => {
  const { simulator, get, whole } = await played({ kind: 'delay', ms: 0 })
  simulator.clearFaults()
  await simulator.refuseConnections()
  const error = await get(USERS).catch((reason: unknown) => reason)
  expect(codeOf(error)).toBe('ECONNREFUSED')
  await simulator.acceptConnections()
  expect(await (await get(USERS)).text()).toBe(whole)
})

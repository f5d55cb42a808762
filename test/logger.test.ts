import { expect, test } from 'vitest'
import { createLogger } from '../src/logger.ts'

/** What a logger writes while something is logged, line by line. */
function linesOf(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  log(createLogger('info', { write: (line) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line))
}

test('a line is one JSON object with its time, its level by name and its fields', () => {
  const [line] = linesOf((logger) => logger.info({ endpoint: 'ep_1', status: 204, error: null }, 'attempt'))
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    endpoint: 'ep_1',
    status: 204,
    error: null,
    msg: 'attempt',
  })
})

test.each([
  [{ secret: 'S' }, { secret: '••••' }],
  [{ secrets: ['S', 'S'] }, { secrets: '••••' }],
  [
    { authorization: 'Bearer S', id: 1 },
    { authorization: '••••', id: 1 },
  ],
  [{ source: { api_key: 'S', name: 'a' } }, { source: { api_key: '••••', name: 'a' } }],
  [{ source: { apiKey: 'S' } }, { source: { apiKey: '••••' } }],
  [{ endpoint: { nudge_secret: null } }, { endpoint: { nudge_secret: '••••' } }],
  [
    { req: { headers: { authorization: 'S', cookie: 'S', 'xi-api-key': 'S', host: 'a' } } },
    { req: { headers: { authorization: '••••', cookie: '••••', 'xi-api-key': '••••', host: 'a' } } },
  ],
  [{ all: [{ secret: 'S' }, 1, null] }, { all: [{ secret: '••••' }, 1, null] }],
])('what has the name of a secret is masked: %j', (fields, shown) => {
  const before = structuredClone(fields)
  const [line] = linesOf((logger) => logger.info(fields))
  expect(line).toMatchObject(shown)
  expect(JSON.stringify(line)).not.toContain('S"')
  // Whoever logged it goes on with what it had.
  expect(fields).toEqual(before)
})

test('so is what a child is bound to', () => {
  const lines = linesOf((logger) => logger.child({ source: 'src_1', secret: 'S' }).info({ api_key: 'S' }))
  expect(lines).toEqual([expect.objectContaining({ source: 'src_1', secret: '••••', api_key: '••••' })])
})

test('an error is told with its type, its stack and its cause, without its secrets', () => {
  const error = Object.assign(new Error('no', { cause: new Error('why') }), { secret: 'S', code: 'E' })
  const [line] = linesOf((logger) => logger.error({ err: error }, 'it broke'))
  expect(line?.err).toMatchObject({
    type: 'Error',
    message: 'no: why',
    code: 'E',
    secret: '••••',
    stack: expect.stringContaining('caused by: Error: why'),
  })
  expect(error.secret).toBe('S')
})

test('so is an error in any other field, and what is no plain object is written as it writes itself', () => {
  class Request {
    secret = 'its own'
    toJSON() {
      return { method: 'GET' }
    }
  }
  const error = Object.assign(new Error('no'), { authorization: 'S' })
  const [line] = linesOf((logger) => logger.info({ error, req: new Request() }))
  expect(line).toMatchObject({ error: { message: 'no', authorization: '••••' }, req: { method: 'GET' } })
  expect(JSON.stringify(line)).not.toContain('"S"')
})

test('what is deep or refers to itself is written as pino writes it', () => {
  const circle: Record<string, unknown> = { name: 'a' }
  circle.self = circle
  const [line] = linesOf((logger) => logger.info({ circle, at: new Date(0), text: Buffer.from('a') }))
  expect(line).toMatchObject({ circle: { name: 'a' }, at: '1970-01-01T00:00:00.000Z' })
})

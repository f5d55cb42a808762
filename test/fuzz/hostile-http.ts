import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** What a server writes to a request, byte for byte, and what it does then. */
export interface HostileAnswer {
  bytes: Buffer
  /** After so many bytes it stops, as `after` says. */
  cutAt: number
  /** Sizes of the pieces in which it comes. */
  piece: number
  after: 'end' | 'reset' | 'stall' | 'go_on'
}

/** Written again and again by a server that goes on. */
const MORE = Buffer.alloc(64 * 1024, 'x-more: again\r\n')
/** A page of zeros that is small on its way. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20), { level: 9 })

const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels)

/** Values of a JSON text that no reader expects there. */
const oddValue: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '1e999',
    '-1e999',
    '9007199254740993',
    `1${'0'.repeat(400)}`,
    '-0',
    '0.1',
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '{"toString":1,"valueOf":1}',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":1}}',
    'null',
    'true',
    '[]',
    '{}',
    JSON.stringify('9'.repeat(400)),
    JSON.stringify('x'.repeat(200_000)),
  ),
  fc.integer({ min: 100, max: 60_000 }).map((levels) => deep('[', ']', levels)),
  fc.integer({ min: 100, max: 60_000 }).map((levels) => deep('{"a":', '}', levels).replace('{}', '{"a":1}')),
  fc.integer({ min: 1, max: 200_000 }).map((count) => `[${'1,'.repeat(count)}1]`),
)

function object(fields: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<string> {
  return fc.record(fields, { requiredKeys: [] }).map(
    (values) =>
      `{${Object.entries(values)
        .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
        .join(',')}}`,
  )
}

const mostly = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 5, arbitrary: usual.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: oddValue },
  )

const row = object({
  user_id: mostly(fc.string({ unit: 'grapheme', maxLength: 30 })),
  last_contact_unix_secs: mostly(fc.integer({ min: 0, max: 2_000_000_000 })),
  first_contact_unix_secs: mostly(fc.integer({ min: 0, max: 2_000_000_000 })),
  conversation_count: mostly(fc.nat(1_000)),
  last_contact_conversation_id: mostly(fc.string()),
  last_contact_agent_id: mostly(fc.option(fc.string())),
  last_contact_agent_name: mostly(fc.option(fc.string())),
  sentiment: mostly(fc.record({ recent_average_sentiment_score: fc.double() })),
  more: oddValue,
})

/** A page of the list, or nearly. */
export const hostilePage: fc.Arbitrary<string> = object({
  users: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.oneof({ weight: 6, arbitrary: row }, oddValue), { maxLength: 12 }).map(listed),
    },
    { weight: 1, arbitrary: oddValue },
  ),
  has_more: mostly(fc.boolean()),
  next_cursor: mostly(fc.option(fc.base64String())),
})

const hostileError: fc.Arbitrary<string> = object({
  detail: fc.oneof(
    object({ code: oddValue, status: oddValue, message: mostly(fc.string()), param: oddValue }),
    fc.array(object({ loc: fc.array(oddValue, { maxLength: 3 }).map(listed), msg: oddValue })).map(listed),
    oddValue,
  ),
})

const hostileConversation: fc.Arbitrary<string> = object({
  status: mostly(fc.constantFrom('done', 'in-progress')),
  metadata: object({
    start_time_unix_secs: oddValue,
    call_duration_secs: oddValue,
    phone_call: object({ external_number: oddValue }),
  }),
  analysis: object({ call_successful: oddValue, transcript_summary: mostly(fc.string()) }),
})

const body: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(hostilePage, hostileError, hostileConversation).map((text) => Buffer.from(text)),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.tuple(hostilePage, fc.nat(), fc.integer({ min: 128, max: 255 })).map(([text, at, byte]) => {
      const bytes = Buffer.from(text)
      bytes[at % Math.max(1, bytes.length)] = byte
      return bytes
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(BOMB, Buffer.from('<html>502</html>'), Buffer.alloc(0)) },
)

const statusLine = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .oneof(
        fc.constant(200),
        fc.constantFrom(201, 204, 301, 307, 400, 401, 402, 403, 404, 408, 422, 429, 500, 503, 101, 103, 999),
      )
      .map((status) => `HTTP/1.1 ${status} ok\r\n`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'HTTP/2 200\r\n',
      'HTTP/1.1 20\r\n',
      'SSH-2.0-x\r\n',
      '\r\n\r\n',
      'HTTP/1.1 200 \0\r\n',
      'HTTP/1.1 103 Early\r\nlink: x\r\n\r\n'.repeat(500),
    ),
  },
)

const header = fc.oneof(
  fc.constantFrom(
    'content-encoding: gzip',
    'content-type: application/json',
    'content-length: 5',
    'content-length: 999999999999',
    'content-length: -1',
    'transfer-encoding: chunked',
    'connection: close',
    'retry-after: 0',
    'retry-after: 1e400',
    'retry-after: Sun, 06 Nov 1994 08:49:37 GMT',
    `retry-after: ${'9'.repeat(400)}`,
    'x-ratelimit-reset: soon',
    'date: yesterday',
    'date: Fri, 01 Jan 2100 00:00:00 GMT',
    'location: http://169.254.169.254/',
    '__proto__: x',
    'no colon',
    ': empty',
    `x-long: ${'x'.repeat(20_000)}`,
  ),
  fc
    .tuple(fc.constantFrom('retry-after', 'date', 'x'), fc.string({ maxLength: 40 }))
    .map((pair) => pair.join(': ')),
)

/** Answers of every kind that a server can give, right and wrong. */
export const hostileAnswer: fc.Arbitrary<HostileAnswer> = fc
  .record({
    status: statusLine,
    headers: fc.oneof(
      { weight: 9, arbitrary: fc.array(header, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constant(Array.from({ length: 5_000 }, (_, i) => `x-${i}: ${i}`)) },
    ),
    /** Says how long it is, as honest servers do. */
    honest: fc.boolean(),
    body,
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true })),
    piece: fc.constantFrom(1_000_000, 1_000_000, 4_096, 97),
    after: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('end' as const, 'reset' as const) },
      { weight: 1, arbitrary: fc.constantFrom('stall' as const, 'go_on' as const) },
    ),
  })
  .map(({ status, headers, honest, body: content, cut, piece, after }) => {
    const length = honest ? [`content-length: ${content.length}`] : []
    const bytes = Buffer.concat([
      Buffer.from(`${status}${[...headers, ...length].map((line) => `${line}\r\n`).join('')}\r\n`),
      content,
    ])
    return { bytes, cutAt: Math.round(bytes.length * cut), piece, after }
  })

function listed(items: readonly string[]): string {
  return `[${items.join(',')}]`
}

/** A server that answers each request with the same bytes, until it is given others. */
export async function startHostileServer() {
  const sockets = new Set<Socket>()
  let answer: HostileAnswer | null = null
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    let asked = ''
    socket.on('data', (chunk) => {
      asked += chunk.toString('latin1')
      if (!asked.includes('\r\n\r\n') || answer === null) return
      asked = ''
      write(socket, answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(next: HostileAnswer) {
      answer = next
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function write(socket: Socket, { bytes, cutAt, piece, after }: HostileAnswer): void {
  for (let at = 0; at < cutAt; at += piece) socket.write(bytes.subarray(at, Math.min(at + piece, cutAt)))
  if (after === 'end') socket.end()
  // What is written has to be on its way first.
  if (after === 'reset') setImmediate(() => socket.resetAndDestroy())
  if (after === 'go_on') goOn(socket)
}

function goOn(socket: Socket): void {
  while (!socket.destroyed && socket.writable) if (!socket.write(MORE)) break
  if (!socket.destroyed) socket.once('drain', () => goOn(socket))
}

import { createServer, type Socket } from 'node:net'

/**
 * A receiver that costs as little as it can: it looks for the end of each request, answers 204, and knows when the
 * event began. Below `/hang` it never answers. Asked anything, it tells what it has seen since it was last asked.
 */
interface Seen {
  count: number
  /** From the commit of an event to its receipt, by path (ms). */
  latencies: Record<string, number[]>
  connections: number
}

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n'
const END = Buffer.from('\r\n\r\n')
let seen: Seen = { count: 0, latencies: {}, connections: 0 }

function onRequest(head: string, body: Buffer): boolean {
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'))
  seen.count++
  const began = /"began":(\d+(?:\.\d+)?)/.exec(body.toString('latin1'))?.[1]
  if (began !== undefined) {
    const latencies = seen.latencies[path] ?? []
    seen.latencies[path] = latencies
    latencies.push(performance.timeOrigin + performance.now() - Number(began))
  }
  return !path.startsWith('/hang')
}

const server = createServer((socket: Socket) => {
  seen.connections++
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf(END)
      if (end === -1) return
      const head = rest.toString('latin1', 0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      const whole = end + END.length + length
      if (rest.length < whole) return
      const answers = onRequest(head, rest.subarray(end + END.length, whole))
      rest = rest.subarray(whole)
      if (answers) socket.write(ANSWER)
    }
  })
})

process.on('message', () => {
  process.send?.(seen)
  seen = { count: 0, latencies: {}, connections: 0 }
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }))

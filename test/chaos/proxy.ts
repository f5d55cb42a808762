import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What a connection can suffer. */
export type LinkFault = 'cut' | 'reset' | 'delay' | 'blackhole' | 'forget'

/** A connection between two parts that can be broken: a TCP proxy in front of one of them. */
export interface Link {
  port: number
  /** How many connections it has carried. */
  carried: () => number
  /**
   * - `cut`: connections end, and new ones are refused
   * - `reset`: connections are reset once; new ones are carried
   * - `delay`: whatever is sent arrives later
   * - `blackhole`: nothing arrives any more, in either direction, and nobody is told
   * - `forget`: the same for the connections that there are, and for good; new ones are carried
   */
  break(fault: LinkFault, delayMs?: number): void
  heal(): void
  close(): Promise<void>
}

/** Nothing is on its way. */
const IDLE = Promise.resolve()

/** Carries connections to a port of this machine. The port behind it may change its owner meanwhile. */
export async function createLink(targetPort: () => number): Promise<Link> {
  const pairs = new Set<[Socket, Socket]>()
  let carried = 0
  let delayMs = 0
  let hole = false
  let refusing = false

  const forgotten = new WeakSet<Socket>()
  const isSwallowed = (socket: Socket) => hole || forgotten.has(socket)

  function carry(from: Socket, to: Socket): void {
    // A chunk never overtakes another one, whatever the delay of the moment is.
    let last = IDLE
    from.on('data', (chunk) => {
      if (isSwallowed(from)) return
      if (delayMs === 0 && last === IDLE) {
        to.write(chunk)
        return
      }
      const late = new Promise<void>((resolve) => setTimeout(resolve, delayMs).unref())
      const turn = Promise.all([last, late]).then(() => {
        if (!isSwallowed(from) && !to.destroyed) to.write(chunk)
        if (last === turn) last = IDLE
      })
      last = turn
    })
    // What a hole has swallowed must not be followed by an end that tells of it.
    from.on('end', () => isSwallowed(from) || to.end())
    from.on('error', () => to.destroy())
    from.on('close', () => isSwallowed(from) || to.destroy())
  }
  const server = createServer((near) => {
    if (refusing) {
      near.resetAndDestroy()
      return
    }
    carried++
    const far = connect(targetPort(), '127.0.0.1')
    near.setNoDelay()
    far.setNoDelay()
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.once('close', () => pairs.delete(pair))
    carry(near, far)
    carry(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function endAll(how: 'destroy' | 'resetAndDestroy'): void {
    for (const pair of pairs) for (const socket of pair) socket[how]()
    pairs.clear()
  }

  return {
    port: (server.address() as AddressInfo).port,
    carried: () => carried,
    break(fault, ms = 0) {
      if (fault === 'reset') endAll('resetAndDestroy')
      if (fault === 'cut') {
        refusing = true
        endAll('destroy')
      }
      if (fault === 'delay') delayMs = ms
      if (fault === 'blackhole') hole = true
      if (fault === 'forget') for (const pair of pairs) for (const socket of pair) forgotten.add(socket)
    },
    heal() {
      // Connections that have lost bytes in the hole cannot go on: they end, as a router that comes back ends them.
      if (hole) endAll('resetAndDestroy')
      hole = false
      refusing = false
      delayMs = 0
    },
    async close() {
      endAll('destroy')
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

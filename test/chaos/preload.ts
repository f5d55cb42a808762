/**
 * Loaded into a ringpost process before anything else (`--import`), so that the suite can do to it what production
 * code has no options for: its clock can be set wrong, each of its requests says which process sent it, it tells how
 * much it holds, and it can be made to die at a side effect (see crash-preload.ts).
 */
import diagnostics from 'node:diagnostics_channel'
import v8 from 'node:v8'
import vm from 'node:vm'

const RealDate = Date
let offsetMs = 0

/** The clock of this process, wrong by `offsetMs`. Timers go by another one and stay right. */
class ShiftedDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(RealDate.now() + offsetMs)
    // All other forms of the constructor are the same.
    else super(...args)
  }
  static override now(): number {
    return RealDate.now() + offsetMs
  }
}
globalThis.Date = ShiftedDate as DateConstructor

process.on('message', (message) => {
  const { clockOffsetMs, vitals } = message as { clockOffsetMs?: number; vitals?: true }
  if (clockOffsetMs !== undefined) offsetMs = clockOffsetMs
  if (vitals) process.send?.({ vitals: readVitals() }, () => undefined)
})

/** How much of everything this process holds, once its garbage has been collected. */
function readVitals() {
  v8.setFlagsFromString('--expose-gc')
  vm.runInNewContext('gc')()
  const resources = process.getActiveResourcesInfo()
  const { heapUsed, external } = process.memoryUsage()
  return {
    rss: process.memoryUsage.rss(),
    heap: heapUsed,
    external,
    handles: resources.length,
    sockets: resources.filter((kind) => kind === 'TCPSocketWrap' || kind === 'PipeWrap').length,
  }
}
/** What {@link readVitals} tells: bytes and numbers. */
export type Vitals = ReturnType<typeof readVitals>
// It does not outlive the suite, however that ends.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// The suite's line to this process must not keep it alive.
process.channel?.unref()

const sender = process.env.CHAOS_NAME
if (sender !== undefined) {
  diagnostics.subscribe('undici:request:create', (message) => {
    const { request } = message as { request: { addHeader(name: string, value: string): void } }
    request.addHeader('x-chaos-sender', sender)
  })
}
// No configuration of ringpost's: it refuses names that it does not know only where they begin with RINGPOST_.
if (process.env.CHAOS_CRASH !== undefined) await import('./crash-preload.ts')

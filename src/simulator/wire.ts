import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer } from './answers.ts'
import type { ParsedFault } from './faults.ts'

const SPACES = Buffer.alloc(64 * 1024, ' ')
/** Long enough that the client has read what was sent before the connection goes. */
const BEFORE_RESET_MS = 20

/**
 * Sends an answer, with the faults that a connection can have. Other faults leave it as it is. `onHead` is
 * called when the status goes out, which may be later or never.
 */
export function send(
  res: ServerResponse,
  answer: Answer,
  { date, fault, onHead }: { date: string; fault: ParsedFault | null; onHead: () => void },
): void {
  const body = Buffer.from(answer.body)
  const half = body.subarray(0, Math.floor(body.length / 2))

  function head(length: number | null): void {
    onHead()
    res.sendDate = false
    const shown = fault?.kind === 'date_header' ? fault.value : date
    res.writeHead(answer.status, {
      ...answer.headers,
      ...(shown === null ? {} : { date: shown }),
      ...(length === null ? {} : { 'content-length': length }),
    })
  }

  function whole(bytes: Buffer): void {
    head(bytes.length)
    res.end(bytes)
  }

  switch (fault?.kind) {
    case 'delay':
      later(res, fault.ms, () => whole(body))
      return
    case 'truncated_json':
      whole(half)
      return
    case 'stalled_body':
      head(body.length)
      res.flushHeaders()
      res.write(body.subarray(0, Math.min(fault.bytes ?? half.length, body.length - 1)))
      return
    case 'slow_body':
      head(body.length)
      res.flushHeaders()
      dribble(res, body, fault.ms)
      return
    case 'reset':
      if (fault.when === 'before_headers') {
        res.socket?.resetAndDestroy()
        return
      }
      head(body.length)
      res.flushHeaders()
      if (fault.when === 'mid_body') res.write(half)
      later(res, BEFORE_RESET_MS, () => res.socket?.resetAndDestroy())
      return
    case 'oversized_body':
      head(fault.declared ? fault.bytes + body.length : null)
      // The client is free to hang up in the middle, which is what it should do.
      pipeline(Readable.from(padded(fault.bytes, body)), res).catch(() => {})
      return
    default:
      whole(body)
  }
}

/** Runs something later, unless the connection is gone by then. */
function later(res: ServerResponse, ms: number, run: () => void): void {
  const timer = setTimeout(run, ms)
  res.once('close', () => clearTimeout(timer))
}

function dribble(res: ServerResponse, body: Buffer, ms: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at < body.length) res.write(body.subarray(at, ++at))
    else res.end()
  }, ms)
  res.once('close', () => clearInterval(timer))
}

function* padded(bytes: number, body: Buffer): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= SPACES.length) yield SPACES.subarray(0, left)
  yield body
}

import type { AttemptLine } from './fleet.ts'
import { LOSSY } from './plan.ts'
import type { Arrival, Receiver } from './receivers.ts'
import type { FaultRecord, World } from './world.ts'

/** A webhook that a receiver had accepted, and got again, and why. */
export interface Duplicate {
  endpoint: string
  event: string
  /** Null where nothing explains it. */
  cause: string | null
  detail: string
}

/** Longer than a claim holds (ms): by then somebody else has sent what had no result. */
const UNTIL_RECORDED_MS = 30_000

/** All of them, explained one by one from what was done and from what the senders have logged. */
export function explainDuplicates(world: World): Duplicate[] {
  return world.receivers.flatMap((receiver) =>
    [...receiver.arrivals].flatMap(([event, arrivals]) => duplicatesOf(world, receiver, event, arrivals)),
  )
}

function duplicatesOf(
  world: World,
  { id }: Receiver,
  event: string,
  arrivals: readonly Arrival[],
): Duplicate[] {
  const accepted = arrivals.filter(({ status }) => status >= 200 && status < 300)
  const lines = world.fleet.attempts.get(`${id} ${event}`) ?? []
  return accepted.slice(1).map((second, i) => {
    const first = accepted[i] as Arrival
    const cause = causeOf(world.faults, lines, first, second, id)
    const detail = JSON.stringify({ accepted, lines })
    return { endpoint: id, event, cause, detail }
  })
}

function causeOf(
  faults: readonly FaultRecord[],
  lines: readonly AttemptLine[],
  first: Arrival,
  second: Arrival,
  endpoint: string,
): string | null {
  const during = (from: number, to: number) => (fault: FaultRecord) =>
    fault.at <= to && fault.healedAt >= from
  const between = faults.filter(during(first.at, second.at))
  const lossy = between.find(({ kind }) => LOSSY.includes(kind))
  const line = lines.find(({ sender, at }) => sender === first.sender && at >= first.at - 5)
  if (line !== undefined && line.at <= second.at + 1_000) {
    if (line.status === 'succeeded') return lossy ? `recorded, and lost with Redis: ${lossy.kind}` : null
    // It was accepted, and its sender never learned it: the answer was late or went astray.
    const link = faults
      .filter(({ target }) => target === endpoint)
      .find(during(first.at - 3_000, line.at + 1_000))
    return `the answer did not reach the sender (${line.code}${link ? `, ${link.kind}` : ''})`
  }
  // It had no result when it was sent again. What kept its sender from recording it?
  const window = during(first.at - 3_000, Math.min(second.at, first.at + UNTIL_RECORDED_MS))
  const toSender = faults.filter(window).filter(({ sender }) => sender === first.sender)
  const cause =
    toSender.find(({ kind }) => kind === 'kill') ??
    toSender.find(({ kind }) => kind === 'freeze') ??
    toSender.find(({ kind }) => kind.startsWith('redis_')) ??
    faults.filter(window).find(({ target }) => target === 'redis') ??
    toSender.find(({ kind }) => kind.startsWith('clock_'))
  return cause ? `no record: ${cause.kind}` : null
}

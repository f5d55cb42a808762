import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Claim, DeliveryLog } from '../log/deliveries.ts'
import type { DeliveryError } from '../types.ts'
import type { AttemptClaims, Claimed, Next } from './attempt-claims.ts'
import type { EventTexts } from './event-texts.ts'
import { createHeldClaims } from './held-claims.ts'
import type { Recorder } from './recorder.ts'
import type { RequestRoom } from './request-room.ts'
import { CLAIMS, createTakeDue, type TakeDeps } from './take-due.ts'

/**
 * How much of that one process may claim of an endpoint that answers as fast as more can be taken. Of one that does not
 * it claims no more than CLAIMS, for what is claimed here nobody else can send.
 */
const MOST_CLAIMS = 8
/** More is taken when fewer are claimed than this share of what may be: few at a time would be many questions. */
const FILL_BELOW = 0.7
/** How long a claim may wait for a request to end before it is given back (ms): the rest is for its own request. */
const STALE_MS = 3_000
/** What the lane waits for by itself (ms): for longer it ends, and the endpoint is woken. */
const OWN_WAIT_MS = 2_000
/** How long something of our own may take to pass before what it stopped is tried again (ms). */
const OURS_MS = 1_000

export interface LaneDeps extends TakeDeps {
  deliveries: Pick<DeliveryLog, 'take' | 'release'>
  eventTexts: EventTexts
  attempts: AttemptClaims
  /** Asks for the endpoint again after a time. */
  wakeLater: (endpointId: string, delayMs: number) => Promise<void>
  logger: Logger
  /** Nothing more is begun once it is aborted. */
  signal: AbortSignal
  /** What all endpoints share. */
  room: RequestRoom
  /** There are as many lanes as there may be. */
  crowded: () => boolean
}

/**
 * Makes the lane of one endpoint that this process is sending to. It goes on by itself for as long as there is
 * something that may be sent, and ends when nothing is under way any more.
 *
 * @param createRecorder given what is to be called when the recorder has nothing to do
 * @param ended called once
 */
export function createLane(
  endpointId: string,
  deps: LaneDeps,
  createRecorder: (idle: () => void) => Recorder,
  ended: () => void,
) {
  const { deliveries, attempts, logger, signal, room, atOnce } = deps
  const takeDue = createTakeDue(endpointId, deps)
  const recorder = createRecorder(look)
  const held = createHeldClaims()
  let waiting: Claimed[] = []
  /** Requests under way. */
  let sending = 0
  /** The next requests will be begun in a moment. */
  let next: NodeJS.Immediate | null = null
  /** Giving back that is under way. */
  let givingBack = 0
  let filling = false
  /** How often something has ended: what Redis said before that of the room there is may be wrong since. */
  let endings = 0
  /** Somebody asked while it was filled. */
  let again = false
  /** More may be waiting than could be taken. */
  let more = false
  let timer: NodeJS.Timeout | null = null
  /** Until when nothing is taken, by the clock of `performance.now()`. */
  let restsUntil = 0
  let over = false
  let ahead = CLAIMS
  /** Requests that have ended since more was claimed ahead. */
  let answers = 0
  /** How often an answer has said that what comes next is for the breaker. */
  let heldBack = 0
  /** The reading of what was taken last, while more is taken. */
  let reading: Promise<void> = Promise.resolve()

  const mostSending = () => Math.min(atOnce, room.share())
  const mostClaimed = () => ahead * mostSending()
  const hasRoom = () => held.size <= Math.floor(mostClaimed() * FILL_BELOW)

  /**
   * Begins what is due, unless that is being done. Resolves when it has been looked at once: a request that hangs
   * and a long backlog hold up nobody who asks.
   */
  async function kick(): Promise<void> {
    if (filling) {
      again = true
      return
    }
    stopTimer()
    filling = true
    await turn()
  }

  async function turn(): Promise<void> {
    let goesOn = false
    try {
      goesOn = await step()
      goesOn ||= again
    } finally {
      // In one go with that: whoever asked before is seen, and whoever asks from now on begins it anew.
      if (!goesOn) {
        filling = false
        look()
      }
    }
    if (goesOn) turn().catch(brokeOff)
  }

  function kickMyself(): void {
    if (!over && !signal.aborted) kick().catch(brokeOff)
  }

  function brokeOff(error: unknown): void {
    logger.error({ err: error, endpoint: endpointId }, 'Sending broke off; the sweep begins it again.')
  }

  /** Takes once. @returns whether to do it again at once */
  async function step(): Promise<boolean> {
    again = false
    more = false
    if (signal.aborted) return false
    const rest = restsUntil - performance.now()
    if (rest > 0) {
      await pause(rest)
      return false
    }
    const before = { endings, heldBack }
    // Claims hold from when they are asked for, however long Redis takes to answer.
    const since = performance.now()
    const asked = mostClaimed() - held.size
    const due = await takeDue(asked, held.size)
    if (due.for === 'nobody') {
      more ||= due.because === 'room'
      return due.because === 'changed' || before.endings !== endings
    }
    const { taken } = due
    more ||= taken.limited
    if (taken.claims.length === 0) {
      if (taken.waitMs !== null && !again) await pause(taken.waitMs)
      // Nobody else tells this lane that there is room again, where its last request has ended meanwhile.
      return taken.limited && before.endings !== endings
    }
    const claims = held.add(taken.claims)
    if (due.for === 'ending') {
      await endUnsent(claims, due.why)
      return true
    }
    if (taken.claims.length === asked && waiting.length === 0) claimMore(due.endpoint)
    const readBefore = reading
    reading = queue(claims, due.endpoint, { together: taken.together === true, since })
      // It was taken before what has been answered since was recorded.
      .then(() => {
        if (before.heldBack !== heldBack) giveBackWaiting()
        else if (next === null) send()
      })
      // It has been given back, and is taken again.
      .catch(brokeOff)
    await readBefore
    if (!taken.all && hasRoom()) return true
    more ||= !taken.all
    await reading
    return false
  }

  /** What was claimed has been sent before more was there. With a pace, what is taken is to be sent soon. */
  function claimMore(endpoint: EndpointRecord): void {
    if (endpoint.rate_limit !== null || answers < mostSending()) return
    ahead = Math.min(MOST_CLAIMS, ahead * 2)
    answers = 0
  }

  async function pause(ms: number): Promise<void> {
    // Where others wait for a lane, or ringpost stops, nobody waits in one.
    if (ms > OWN_WAIT_MS || deps.crowded() || signal.aborted) return deps.wakeLater(endpointId, ms)
    stopTimer()
    timer = setTimeout(() => {
      timer = null
      kickMyself()
    }, ms)
  }

  function stopTimer(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  async function endUnsent(claims: readonly Claim[], why: DeliveryError): Promise<void> {
    try {
      await Promise.all(claims.map((claim) => attempts.end(recorder, endpointId, claim, 'skipped', why)))
    } finally {
      letGo(claims)
    }
  }

  async function queue(
    claims: Claim[],
    endpoint: EndpointRecord,
    { together, since }: { together: boolean; since: number },
  ): Promise<void> {
    let texts: (string | null)[]
    try {
      texts = await deps.eventTexts(claims)
    } catch (error) {
      // Best given back at once; where even that cannot be done, the claims run out.
      restsUntil = performance.now() + OURS_MS
      await giveBack([{ claims, endpoint, texts: [], since }])
      throw error
    }
    if (together) waiting.push({ claims, endpoint, texts, since })
    else {
      for (const [i, claim] of claims.entries()) {
        waiting.push({ claims: [claim], endpoint, texts: [texts[i] ?? null], since })
      }
    }
  }

  /** Begins as many requests as there may be. */
  function send(): void {
    if (signal.aborted) {
      giveBackWaiting()
      return
    }
    const most = mostSending()
    const stale: Claimed[] = []
    while (sending < most) {
      const next = waiting.shift()
      if (next === undefined) break
      if (performance.now() - next.since > STALE_MS) stale.push(next)
      else begin(next)
    }
    if (stale.length === 0) return
    ahead = CLAIMS
    void giveBack(stale).then(kickMyself)
  }

  /**
   * Once the connections that have just answered are free, which they are after one turn of the event loop (undici
   * waits so long for their end): sooner, each request would open another one.
   */
  function sendSoon(): void {
    // Anew with each answer, for it must come after what undici does about the last of them.
    if (next !== null) clearImmediate(next)
    next = setImmediate(() => {
      next = null
      send()
    })
  }

  function begin(next: Claimed): void {
    let isOver = false
    const answered = (what: Next) => {
      if (isOver) return
      isOver = true
      sending--
      answers++
      room.ended()
      if (what === 'rest') {
        restsUntil = performance.now() + OURS_MS
        more = true
      }
      if (what === 'go_on') return sendSoon()
      heldBack++
      giveBackWaiting()
    }
    sending++
    room.begun()
    attempts
      .attempt(recorder, next, answered)
      .catch((error: unknown) => {
        // What it had claimed is attempted again when the claim runs out.
        const [first] = next.claims
        const fields = { endpoint: endpointId, delivery: first?.deliveryId, deliveries: next.claims.length }
        logger.error({ err: error, ...fields }, 'An attempt was not recorded.')
      })
      .finally(() => {
        answered('go_on')
        letGo(next.claims)
      })
  }

  /** These have ended, and there is room for others. */
  function letGo(claims: readonly Claim[]): void {
    held.drop(claims)
    endings++
    if (!filling && more && hasRoom() && !signal.aborted) kickMyself()
    else look()
  }

  /** What waits here is given to others, or to later. */
  function giveBackWaiting(): void {
    const all = waiting
    waiting = []
    if (all.length > 0) void giveBack(all)
  }

  async function giveBack(some: readonly Claimed[]): Promise<void> {
    const claims = some.flatMap((one) => one.claims)
    givingBack++
    try {
      await deliveries.release(endpointId, claims)
      // For the next process, which would find it by its sweep some seconds later.
      if (signal.aborted) await deps.wakeLater(endpointId, OURS_MS)
    } catch (error) {
      logger.warn({ err: error, endpoint: endpointId }, 'Claims could not be given back; they run out.')
    }
    givingBack--
    held.drop(claims)
    more = true
    // As long as something is under way, its end is what they wait for: the breaker may have its say.
    if (held.size > 0 || signal.aborted) look()
    else kickMyself()
  }

  function look(): void {
    if (over || filling || timer !== null) return
    if (held.size > 0 || givingBack > 0 || !recorder.isIdle()) return
    over = true
    ended()
  }

  return {
    kick,

    /** Gives back what is not begun, for ringpost stops. */
    async stop(): Promise<void> {
      const leaves = more || timer !== null
      stopTimer()
      giveBackWaiting()
      if (leaves) await deps.wakeLater(endpointId, OURS_MS)
      look()
    },
  }
}

export type Lane = ReturnType<typeof createLane>

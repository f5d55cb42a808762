import { setTimeout as wait } from 'node:timers/promises'
import { SOURCE, type World } from './world.ts'

interface SourceView {
  state: string
}
interface EndpointView {
  id: string
  enabled: boolean
}

/** How often the person looks (ms). */
const EVERY_MS = 1_000
/** How often they have sent again what an endpoint has missed of late, and how far back they go (ms). */
const RECOVER_EVERY_MS = 60_000
const OF_LATE_MS = 300_000

/**
 * Whom ringpost asks where it must not decide by itself: says "tell them" where a flood or a mass removal is held
 * back, and enables again an endpoint that has answered 410 by mistake. Has sent again what endpoints have missed, now
 * and then and not only in the end: of an endpoint that gets hundreds of thousands the log keeps the newest. Tries again
 * what fails, as a person would.
 *
 * @param options.polls asks for a poll of a source that fails; without it, it is left to ringpost
 */
export function startPerson(world: World, options: { polls: boolean } = { polls: true }) {
  const stopping = new AbortController()
  const since = new Date(Date.now() - 3_600_000).toISOString()
  const done = { accepted: 0, enabled: 0 }
  let recoverAt = Date.now() + RECOVER_EVERY_MS

  /** True where each could be asked. */
  async function recoverSince(time: string): Promise<boolean> {
    for (const { id } of world.receivers) {
      const wish = { since: time, only: 'undelivered' }
      const { status } = await world.api('POST', `/v1/endpoints/${id}/recover`, wish)
      if (status !== 200) return false
    }
    return true
  }

  async function look(): Promise<void> {
    const source = await world.api<SourceView>('GET', `/v1/sources/${SOURCE}`)
    if (source.body?.state === 'needs_attention') {
      const { status } = await world.api('POST', `/v1/sources/${SOURCE}/accept`, { as: 'events' })
      if (status === 200) done.accepted++
    }
    // A key that is refused is tried again after up to five minutes, or when whoever has mended it asks for it.
    if (options.polls && source.body?.state === 'failing') {
      await world.api('POST', `/v1/sources/${SOURCE}/poll`, {})
    }
    const { body } = await world.api<{ data: EndpointView[] }>('GET', '/v1/endpoints')
    for (const { id, enabled } of body?.data ?? []) {
      if (enabled) continue
      const { status } = await world.api('PATCH', `/v1/endpoints/${id}`, { enabled: true })
      if (status !== 200) continue
      done.enabled++
    }
    if (Date.now() < recoverAt) return
    if (await recoverSince(new Date(Date.now() - OF_LATE_MS).toISOString())) {
      recoverAt = Date.now() + RECOVER_EVERY_MS
    }
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined)
      await wait(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()

  return {
    done,
    /** Queues again whatever an endpoint that is on has not got. True where each could be asked. */
    recoverAll: () => recoverSince(since),
    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}

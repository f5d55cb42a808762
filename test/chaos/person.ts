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

/**
 * Whom ringpost asks where it must not decide by itself: says "tell them" where a flood or a mass removal is held
 * back, and enables again an endpoint that has answered 410 by mistake, with what it has missed. Tries again what
 * fails, as a person would.
 *
 * @param options.polls asks for a poll of a source that fails; without it, it is left to ringpost
 */
export function startPerson(world: World, options: { polls: boolean } = { polls: true }) {
  const stopping = new AbortController()
  const since = new Date(Date.now() - 3_600_000).toISOString()
  const done = { accepted: 0, enabled: 0 }

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
    async recoverAll(): Promise<boolean> {
      for (const { id } of world.receivers) {
        const wish = { since, only: 'undelivered' }
        const { status } = await world.api('POST', `/v1/endpoints/${id}/recover`, wish)
        if (status !== 200) return false
      }
      return true
    },
    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}

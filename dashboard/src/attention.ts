import type { About, Endpoint, ServerCheck, Source } from './api.ts'
import { LATE_SECS } from './checks.ts'
import { plural, roughly } from './format.ts'
import { href } from './router.ts'
import { endpointName, type Tone } from './words.ts'

/** Something that a person should look at, and where it is mended. */
export interface Concern {
  id: string
  tone: Tone
  title: string
  detail: string
  action: string
  url: string
}

/** What needs a person, the worst first. */
export function concernsOf(
  sources: Source[],
  endpoints: Endpoint[],
  about: About | undefined,
  checks: ServerCheck[],
  now: number,
): Concern[] {
  const found: Concern[] = []
  for (const source of sources) {
    const url = href(`/sources/${source.id}`)
    if (source.state === 'needs_attention') {
      found.push({
        id: source.id,
        tone: 'warn',
        title: `${source.name} waits for your decision`,
        detail: source.attention?.message ?? source.state_detail,
        action: 'Decide',
        url,
      })
    } else if (source.state === 'failing') {
      found.push({
        id: source.id,
        tone: 'bad',
        title: `${source.name} cannot be polled`,
        detail: source.last_poll?.error ?? source.state_detail,
        action: 'Look into it',
        url,
      })
    }
  }
  for (const endpoint of endpoints) {
    const url = href(`/endpoints/${endpoint.id}`)
    if (endpoint.disabled_reason !== null) {
      found.push({
        id: endpoint.id,
        tone: 'bad',
        title: `${endpointName(endpoint)} was switched off`,
        detail: endpoint.disabled_reason,
        action: 'Mend it',
        url,
      })
    } else if (endpoint.health.state === 'failing') {
      const since = endpoint.health.failing_since
      found.push({
        id: endpoint.id,
        tone: 'bad',
        title: `${endpointName(endpoint)} does not take its webhooks`,
        detail: since
          ? `It has been failing for ${roughly(now - Date.parse(since))}. What it misses is tried again, and can be sent again.`
          : 'What it misses is tried again, and can be sent again.',
        action: 'Look into it',
        url,
      })
    }
  }
  for (const { queue, waiting, oldest_waiting_secs } of about?.queues ?? []) {
    if (oldest_waiting_secs < LATE_SECS) continue
    found.push({
      id: `queue ${queue}`,
      tone: 'warn',
      title: `Work is late in the queue "${queue}"`,
      detail: `${plural(waiting, 'job')} waiting, the oldest for ${roughly(oldest_waiting_secs * 1000)}. Is a process with that role running?`,
      action: 'See health',
      url: href('/settings'),
    })
  }
  for (const { check, status, message, fix } of checks) {
    if (status !== 'warning' && status !== 'problem') continue
    found.push({
      id: `${check} ${message}`,
      tone: status === 'problem' ? 'bad' : 'warn',
      title: message,
      detail: fix ?? '',
      action: 'See health',
      url: href('/settings'),
    })
  }
  const rank = { bad: 0, warn: 1, busy: 2, quiet: 3, good: 4 }
  return found.sort((a, b) => rank[a.tone] - rank[b.tone])
}

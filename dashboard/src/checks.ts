import type { About, ApiError, Endpoint, ServerCheck, Source } from './api.ts'
import { plural, roughly } from './format.ts'
import { href } from './router.ts'
import { endpointName, type Tone } from './words.ts'

/** One thing that was looked at, as `ringpost doctor` tells of it. */
export interface Check {
  id: string
  /** What was looked at. */
  of: string
  tone: Extract<Tone, 'good' | 'warn' | 'bad' | 'quiet'>
  message: string
  fix: string | null
  url: string | null
}

/** Work that has waited longer than this is late (s). */
export const LATE_SECS = 60

/** Everything that this ringpost needs and tells of, the worst first. */
export function checksOf(seen: {
  about: About
  /** What the server finds of itself. */
  own: ServerCheck[]
  /** Why it is not ready; null where it is. */
  notReady: ApiError | null
  sources: Source[]
  endpoints: Endpoint[]
  now: number
}): Check[] {
  const checks = [
    serverCheck(seen.notReady),
    ...seen.own.map(ownCheck),
    ...queueChecks(seen.about),
    ...sourceChecks(seen.sources),
    ...endpointChecks(seen.endpoints, seen.now),
  ]
  const rank = { bad: 0, warn: 1, good: 2, quiet: 3 }
  return checks.sort((a, b) => rank[a.tone] - rank[b.tone])
}

function serverCheck(notReady: ApiError | null): Check {
  const of = 'Server'
  return notReady === null
    ? { id: of, of, tone: 'good', message: 'It is ready.', fix: null, url: null }
    : { id: of, of, tone: 'bad', message: notReady.message, fix: 'Look at its log.', url: null }
}

const TONES = { ok: 'good', warning: 'warn', problem: 'bad', skipped: 'quiet' } as const

function ownCheck({ check, status, message, fix }: ServerCheck): Check {
  return { id: `${check} ${message}`, of: upper(check), tone: TONES[status], message, fix, url: null }
}

function queueChecks({ queues }: About): Check[] {
  const of = 'Queues'
  const late = queues.filter(({ oldest_waiting_secs }) => oldest_waiting_secs >= LATE_SECS)
  if (late.length === 0) {
    const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0)
    const message =
      waiting === 0 ? 'Nothing waits.' : `${plural(waiting, 'job')} waiting, none of them for long.`
    return [{ id: of, of, tone: 'good', message, fix: null, url: null }]
  }
  return late.map(({ queue, waiting, oldest_waiting_secs }) => ({
    id: `${of} ${queue}`,
    of,
    tone: 'warn',
    message: `${plural(waiting, 'job')} waiting in "${queue}", the oldest for ${roughly(oldest_waiting_secs * 1000)}.`,
    fix: 'See that a process with that role runs.',
    url: null,
  }))
}

function sourceChecks(sources: Source[]): Check[] {
  const of = 'Sources'
  if (sources.length === 0) {
    const message = 'There is none, so nobody is watched.'
    return [{ id: of, of, tone: 'warn', message, fix: 'Add a source.', url: href('/sources/new') }]
  }
  const found = sources.flatMap(({ id, name, state, state_detail, attention, last_poll }): Check[] => {
    const url = href(`/sources/${id}`)
    const warnings = (last_poll?.warnings ?? []).map(
      ({ code, message }): Check => ({
        id: `${id} ${code}`,
        of: name,
        tone: 'warn',
        message,
        fix: null,
        url,
      }),
    )
    if (state === 'failing') {
      const message = last_poll?.error ?? state_detail
      return [
        { id, of: name, tone: 'bad', message, fix: 'Mend that; "Poll now" tries it.', url },
        ...warnings,
      ]
    }
    if (state === 'needs_attention') {
      const message = attention?.message ?? state_detail
      return [{ id, of: name, tone: 'warn', message, fix: 'Decide what becomes of it.', url }, ...warnings]
    }
    return warnings
  })
  if (found.length > 0) return found
  const message = `${plural(sources.length, 'source')}, nothing wrong.`
  return [{ id: of, of, tone: 'good', message, fix: null, url: href('/sources') }]
}

function endpointChecks(endpoints: Endpoint[], now: number): Check[] {
  const of = 'Endpoints'
  if (endpoints.length === 0) {
    const message = 'There is none, so nobody is told anything.'
    return [{ id: of, of, tone: 'warn', message, fix: 'Add an endpoint.', url: href('/endpoints/new') }]
  }
  const found = endpoints.flatMap((endpoint): Check[] => {
    const url = href(`/endpoints/${endpoint.id}`)
    const of = endpointName(endpoint)
    const warnings = endpoint.warnings.map(
      (message): Check => ({ id: `${endpoint.id} ${message}`, of, tone: 'warn', message, fix: null, url }),
    )
    const { disabled_reason: reason, health } = endpoint
    if (reason !== null) {
      const fix = 'Mend that, resume it, and recover what it missed.'
      return [{ id: endpoint.id, of, tone: 'bad', message: reason, fix, url }, ...warnings]
    }
    if (health.state === 'failing') {
      const since =
        health.failing_since === null ? '' : ` for ${roughly(now - Date.parse(health.failing_since))}`
      const message = `It has not taken its webhooks${since}.`
      const fix = 'Mend the receiver, then recover what it missed.'
      return [{ id: endpoint.id, of, tone: 'bad', message, fix, url }, ...warnings]
    }
    return warnings
  })
  if (found.length > 0) return found
  const message = `${plural(endpoints.length, 'endpoint')}, nothing wrong.`
  return [{ id: of, of, tone: 'good', message, fix: null, url: href('/endpoints') }]
}

function upper(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

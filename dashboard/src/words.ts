import type { Endpoint, Poll, RingpostEvent, Source } from './api.ts'
import { count, plural, shownId } from './format.ts'
import { kindTitle } from './kinds.ts'

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet'

export const SOURCE_STATES: Record<Source['state'], [words: string, tone: Tone]> = {
  live: ['Live', 'good'],
  baseline: ['Taking the baseline', 'busy'],
  paused: ['Paused', 'quiet'],
  failing: ['Failing', 'bad'],
  needs_attention: ['Needs a decision', 'warn'],
}

export const POLL_OUTCOMES: Record<Poll['outcome'], [words: string, tone: Tone]> = {
  quiet: ['Quiet', 'quiet'],
  found: ['Found', 'good'],
  failed: ['Failed', 'bad'],
  held: ['Held', 'warn'],
  stopped: ['Broken off', 'warn'],
  under_way: ['Under way', 'busy'],
}

export const ENDPOINT_STATES: Record<Endpoint['health']['state'], [words: string, tone: Tone]> = {
  healthy: ['Healthy', 'good'],
  failing: ['Failing', 'bad'],
  disabled: ['Paused', 'quiet'],
}

/** An endpoint's state in words: one that ringpost switched off is no pause. */
export function endpointState(endpoint: Endpoint): [words: string, tone: Tone] {
  if (endpoint.disabled_reason !== null) return ['Switched off', 'bad']
  if (endpoint.health.state === 'healthy' && endpoint.health.last_success_at === null) {
    return ['Ready', 'quiet']
  }
  return ENDPOINT_STATES[endpoint.health.state]
}

export const DELIVERY_STATES: Record<string, [words: string, tone: Tone]> = {
  pending: ['Waiting', 'busy'],
  succeeded: ['Delivered', 'good'],
  retrying: ['Retrying', 'warn'],
  failed: ['Failed', 'bad'],
  skipped: ['Skipped', 'quiet'],
}

export const EVENT_WORDS: Record<string, [words: string, tone: Tone]> = {
  'user.created': ['New caller', 'good'],
  'user.conversation_count.increased': ['Called again', 'busy'],
  'user.returned': ['Returned', 'busy'],
  'user.milestone_reached': ['Milestone', 'busy'],
  'user.sentiment.dropped': ['Sentiment dropped', 'warn'],
  'user.removed': ['Removed', 'quiet'],
  'source.failing': ['Source failing', 'bad'],
  'source.recovered': ['Source recovered', 'good'],
  'source.needs_attention': ['Decision needed', 'warn'],
  'endpoint.failing': ['Endpoint failing', 'bad'],
  'endpoint.disabled': ['Endpoint off', 'bad'],
  'endpoint.recovered': ['Endpoint recovered', 'good'],
  'ringpost.test': ['Test', 'quiet'],
}

/** @param backfill whether it tells of a caller who was known already */
export function eventWords(type: string, backfill = false): [words: string, tone: Tone] {
  if (backfill && type === 'user.created') return ['Known caller', 'quiet']
  return EVENT_WORDS[type] ?? [type, 'quiet']
}

const ENDPOINT_NEWS: Record<string, string> = {
  'endpoint.failing': 'does not take its webhooks',
  'endpoint.disabled': 'was switched off',
  'endpoint.recovered': 'takes its webhooks again',
}

interface EventData {
  user?: { user_id?: string; last_contact_agent_name?: string | null }
  source?: { id?: string; name?: string }
  endpoint?: { description?: string; url?: string }
  change?: { from?: number; to?: number; by?: number }
  milestone?: number
  message?: string
  backfill?: boolean
}

export const dataOf = (event: RingpostEvent) => event.data as EventData

/** What happened, in a sentence. */
export function eventSentence(event: RingpostEvent): string {
  const { user, source, endpoint, change, milestone, backfill } = dataOf(event)
  const who = shownId(user?.user_id ?? '')
  switch (event.type) {
    case 'user.created':
      if (backfill) return `${who} was known already, with ${plural(change?.to ?? 0, 'call')}`
      return `${who} called for the first time`
    case 'user.conversation_count.increased':
      return `${who} called again: ${count(change?.from ?? 0)} → ${plural(change?.to ?? 0, 'call')}`
    case 'user.returned':
      return `${who} is back after a long silence`
    case 'user.milestone_reached':
      return `${who} reached ${plural(milestone ?? 0, 'call')}`
    case 'user.sentiment.dropped':
      return `${who} is less happy than before`
    case 'user.removed':
      return `${who} is gone from the list`
    case 'source.failing':
      return `${source?.name ?? 'A source'} cannot be polled`
    case 'source.recovered':
      return `${source?.name ?? 'A source'} can be polled again`
    case 'source.needs_attention':
      return `${source?.name ?? 'A source'} waits for a decision`
    case 'endpoint.failing':
    case 'endpoint.disabled':
    case 'endpoint.recovered':
      return `${endpoint?.description || endpoint?.url || 'An endpoint'} ${ENDPOINT_NEWS[event.type] ?? ''}`
    case 'ringpost.test':
      return 'A test'
    default:
      return user ? `${who}: ${event.type}` : event.type
  }
}

/** What an endpoint is called: its description, or the host and path of its URL. */
export function endpointName(endpoint: Pick<Endpoint, 'description' | 'url' | 'id' | 'kind'>): string {
  if (endpoint.description) return endpoint.description
  // The address of a chat is masked, and says nothing.
  if (endpoint.url.includes('•')) return kindTitle(endpoint.kind)
  try {
    const { host, pathname } = new URL(endpoint.url)
    return host + (pathname === '/' ? '' : pathname)
  } catch {
    return endpoint.id
  }
}

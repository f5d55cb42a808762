import type { Source } from '../api.ts'
import { count, durationWords, plural, took } from '../format.ts'
import type { Fact } from '../parts/basics.tsx'
import { Countdown, Moment, Time } from '../parts/time.tsx'
import { href } from '../router.ts'

/** What kinds of polls read. */
export const POLLS: Record<string, string> = {
  head: 'from the top',
  lookback: 'a look further back',
  full: 'the whole list',
  baseline: 'the baseline',
}

/** How the polling of a source goes. */
export function polling(source: Source): Fact[] {
  const { last_poll, totals } = source
  return [
    ['Known callers', <a href={href('/users', { source: source.id })}>{count(source.known_users)}</a>],
    [
      'Next poll',
      source.next_poll_at ? <Countdown at={source.next_poll_at} /> : <span class="muted">none</span>,
    ],
    ['Last poll', <Time at={last_poll?.at} />],
    ...(last_poll
      ? ([
          [
            'It read',
            `${POLLS[last_poll.kind] ?? last_poll.kind}: ${plural(last_poll.rows, 'row')}, ${plural(last_poll.requests, 'request')}, ${took(last_poll.duration_ms)}`,
          ],
          ['It found', plural(last_poll.events, 'event')],
        ] as [string, string][])
      : []),
    [
      'In all',
      `${plural(totals.polls, 'poll')} (${count(totals.failed_polls)} failed), ${plural(totals.requests, 'request')}, ${plural(totals.events, 'event')}`,
    ],
    ...(source.last_baseline
      ? ([
          [
            'Baseline',
            <>
              {plural(source.last_baseline.users, 'user')}, <Moment at={source.last_baseline.finished_at} />
            </>,
          ],
        ] as Fact[])
      : []),
  ]
}

/** How a source is set up. */
export function settings(source: Source): Fact[] {
  return [
    ['Id', <code>{source.id}</code>],
    ['Address', source.base_url],
    ['Polled about every', durationWords(source.poll_interval)],
    ['Looks back', durationWords(source.overlap)],
    ['Agent', source.agent_id ?? 'all'],
    ...(source.branch_id ? ([['Branch', source.branch_id]] as Fact[]) : []),
    ['Returned after', durationWords(source.returned_after)],
    [
      'Milestones',
      source.milestones === null ? '5, 10, 25, 50, 100, 250, …' : source.milestones.join(', ') || 'none',
    ],
    [
      'Conversations',
      source.enrich
        ? `in each event, ${plural(source.totals.enrichment_requests, 'request')} so far`
        : 'not in events',
    ],
    ['Sentiment below', source.sentiment_threshold ?? 'not watched'],
    [
      'Set up by',
      { environment: 'the environment', file: 'the configuration file', api: 'people' }[source.managed_by],
    ],
  ]
}

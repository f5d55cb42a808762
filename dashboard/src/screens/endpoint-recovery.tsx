import { useState } from 'preact/hooks'
import { api, type Endpoint, good } from '../api.ts'
import { count, plural } from '../format.ts'
import { Action, Card, Notice } from '../parts/basics.tsx'
import { say, tell } from '../parts/toast.tsx'

type Only = 'failed' | 'undelivered' | 'all'

const SINCE: [value: string, words: string, ms: number][] = [
  ['1h', 'the last hour', 3_600_000],
  ['24h', 'the last day', 86_400_000],
  ['7d', 'the last week', 7 * 86_400_000],
  ['30d', 'the last month', 30 * 86_400_000],
]
const ONLY: [Only, string][] = [
  ['undelivered', 'Everything that it has not got'],
  ['failed', 'What has failed'],
  ['all', 'Everything, also what it has got'],
]

interface Counted {
  since: string
  queued: number
  of: { failed: number; skipped: number; succeeded: number; without_delivery: number }
}

/** Sends again what an endpoint missed: counted first, and then confirmed. */
export function Recovery(props: { endpoint: Endpoint; failed: number; waiting: number; onDone: () => void }) {
  const { endpoint } = props
  const failing = endpoint.health.failing_since
  const [since, setSince] = useState(failing ? 'failing' : '24h')
  const [only, setOnly] = useState<Only>('undelivered')
  const [counted, setCounted] = useState<Counted>()
  const params = { params: { path: { id: endpoint.id } } }

  const start = () => {
    if (since === 'failing' && failing) return failing
    const ms = SINCE.find(([value]) => value === since)?.[2] ?? 86_400_000
    return new Date(Date.now() - ms).toISOString()
  }
  const countFirst = async () => {
    const from = start()
    const found = await tell(
      good(api.POST('/v1/endpoints/{id}/recover', { ...params, body: { since: from, only, dry_run: true } })),
    )
    setCounted(found && { since: from, queued: found.queued, of: found.of })
  }
  const recover = async () => {
    if (!counted) return
    const done = await tell(
      good(
        api.POST('/v1/endpoints/{id}/recover', {
          ...params,
          body: { since: counted.since, only, dry_run: false },
        }),
      ),
    )
    if (!done) return
    say(`${plural(done.queued, 'delivery', 'deliveries')} queued. They appear below as they are sent.`)
    setCounted(undefined)
    props.onDone()
  }
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setCounted(undefined)
      set(value)
    }
  return (
    <Card title="Recover">
      <p class="muted">Sends again what it missed, each delivery once. It is counted first.</p>
      <div class="inline-form">
        <div class="field whole">
          <label for="recover-only">What</label>
          <select
            id="recover-only"
            value={only}
            onChange={(event) => change(setOnly)(event.currentTarget.value as Only)}
          >
            {ONLY.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="recover-since">From</label>
          <select
            id="recover-since"
            value={since}
            onChange={(event) => change(setSince)(event.currentTarget.value)}
          >
            {failing && <option value="failing">since it fails</option>}
            {SINCE.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <Action run={countFirst}>Count</Action>
      </div>
      {counted && counted.queued === 0 && (
        <Notice tone="good">
          {props.waiting === 0
            ? 'It has missed nothing in that time.'
            : `Nothing has been given up in that time. On the way by itself: ${plural(props.waiting, 'delivery', 'deliveries')}.`}
        </Notice>
      )}
      {counted && counted.queued > 0 && (
        <Notice
          tone="warn"
          action={
            <Action class="primary small" run={recover}>
              Send {count(counted.queued)} again
            </Action>
          }
        >
          <strong>{plural(counted.queued, 'delivery', 'deliveries')}:</strong> {parts(counted.of)}.
        </Notice>
      )}
    </Card>
  )
}

function parts(of: Counted['of']): string {
  const named = [
    [of.failed, 'failed'],
    [of.skipped, 'skipped'],
    [of.without_delivery, 'never sent to it'],
    [of.succeeded, 'delivered before'],
  ] as const
  return named
    .filter(([value]) => value > 0)
    .map(([value, words]) => `${count(value)} ${words}`)
    .join(', ')
}

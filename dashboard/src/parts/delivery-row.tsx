import type { DeliverySummary, Endpoint } from '../api.ts'
import { shownId, took } from '../format.ts'
import { kindTitle } from '../kinds.ts'
import { href } from '../router.ts'
import { DELIVERY_STATES, endpointName, eventWords } from '../words.ts'
import { Badge } from './basics.tsx'
import { Countdown, Time } from './time.tsx'

/** One delivery in a list: what, where to, and what became of it. */
export function DeliveryRow(props: {
  delivery: DeliverySummary
  /** Null where all that is shown is of one endpoint. */
  endpoints: ReadonlyMap<string, Endpoint> | null | undefined
  /** Where all that is shown is of one event, its rows are told apart by where they went. */
  ofOneEvent?: boolean
}) {
  const { delivery } = props
  const { status, error, next_attempt_at, attempts, user_id: caller } = delivery
  const [words, tone] = DELIVERY_STATES[status] ?? [status, 'quiet' as const]
  const endpoint = props.endpoints?.get(delivery.endpoint_id)
  const name = endpoint ? endpointName(endpoint) : delivery.endpoint_id
  const what = eventWords(delivery.event_type, delivery.backfill)[0]
  const last = attempts.at(-1)
  const toEndpoint = !props.ofOneEvent && props.endpoints !== null
  return (
    <a class="row delivery-row" href={href(`/deliveries/${delivery.id}`)}>
      <span class="row-state">
        <Badge tone={tone}>{words}</Badge>
      </span>
      <span class="row-main">
        <span class="row-title">
          {props.ofOneEvent ? name : what}
          {!props.ofOneEvent && caller !== null && <span class="row-caller"> {shownId(caller)}</span>}
        </span>
        <span class={`row-sub ${toEndpoint ? 'row-to' : ''}`}>
          {props.ofOneEvent
            ? endpoint && kindTitle(endpoint.kind)
            : props.endpoints === null
              ? delivery.event_type
              : name}
        </span>
      </span>
      <span class="row-note">
        {error !== null && status !== 'succeeded' ? (
          <span class="row-error">{error.message}</span>
        ) : last ? (
          <span class="muted">
            {last.response ? `${last.response.status} in ` : ''}
            {took(last.duration_ms)}
          </span>
        ) : null}
        {status === 'retrying' && next_attempt_at && (
          <span class="muted">
            next try <Countdown at={next_attempt_at} />
          </span>
        )}
      </span>
      <span class="row-when">
        <Time at={delivery.created_at} />
        {attempts.length > 1 && <span class="muted">{attempts.length} tries</span>}
      </span>
    </a>
  )
}

/** How the last attempts at an endpoint went, oldest first. */
export function History({ deliveries }: { deliveries: readonly DeliverySummary[] }) {
  const shown = deliveries.slice(0, 24).reverse()
  const failed = shown.filter(({ status }) => status === 'failed' || status === 'retrying').length
  return (
    <span
      class="history"
      role="img"
      aria-label={
        shown.length === 0
          ? 'Nothing sent lately'
          : `The last ${shown.length} deliveries: ${failed === 0 ? 'none' : failed} not delivered`
      }
    >
      {Array.from({ length: 24 - shown.length }, (_, i) => (
        <i key={`none ${i}`} class="none" />
      ))}
      {shown.map(({ id, status }) => (
        <i key={id} class={status} />
      ))}
    </span>
  )
}

import { useState } from 'preact/hooks'
import { allEventTypes, api, type Delivery, type Endpoint, good } from '../api.ts'
import { took } from '../format.ts'
import { openSettings } from '../kinds.ts'
import { Action, Card, Notice } from '../parts/basics.tsx'
import { MessagePreview } from '../parts/message-preview.tsx'
import { tell } from '../parts/toast.tsx'
import { href } from '../router.ts'
import { useQuery } from '../use-query.ts'
import { eventWords } from '../words.ts'

/** What an endpoint made of a test. */
export function TestResult({ delivery }: { delivery: Delivery }) {
  const attempt = delivery.attempts.at(-1)
  const good = delivery.status === 'succeeded'
  return (
    <Notice
      tone={good ? 'good' : 'bad'}
      action={
        <a class="button small" href={href(`/deliveries/${delivery.id}`)}>
          See all of it
        </a>
      }
    >
      <strong>{good ? 'Delivered.' : 'Not delivered.'}</strong>{' '}
      {good
        ? `The endpoint answered ${attempt?.response?.status ?? ''} in ${took(attempt?.duration_ms ?? 0)}.`
        : (delivery.error?.message ?? attempt?.error?.message ?? '')}
    </Notice>
  )
}

/** Sends a test of a type of event, with a preview of the message. */
export function TestCard({ endpoint, onSent }: { endpoint: Endpoint; onSent: () => void }) {
  const types = useQuery('event types', allEventTypes)
  const [type, setType] = useState('ringpost.test')
  const [delivery, setDelivery] = useState<Delivery>()
  const [open, setOpen] = useState(false)
  const send = async () => {
    setDelivery(undefined)
    setDelivery(
      await tell(
        good(
          api.POST('/v1/endpoints/{id}/test', {
            params: { path: { id: endpoint.id } },
            body: { event_type: type, override: {} },
          }),
        ),
      ),
    )
    onSent()
  }
  return (
    <Card title="Send a test">
      <div class="inline-form">
        <div class="field">
          <label for="test-type">Sample of</label>
          <select id="test-type" value={type} onChange={(event) => setType(event.currentTarget.value)}>
            {(types.data ?? []).map((one) => (
              <option key={one.type} value={one.type}>
                {eventWords(one.type)[0]}
              </option>
            ))}
          </select>
        </div>
        <Action class="primary" icon="deliveries" run={send}>
          Send a test
        </Action>
      </div>
      {delivery && <TestResult delivery={delivery} />}
      <details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>What is sent</summary>
        {open && (
          <div class="more-in">
            <MessagePreview
              wish={{
                kind: endpoint.kind,
                event_type: type,
                settings: openSettings(endpoint),
                template: endpoint.template ?? null,
                format: endpoint.format,
              }}
            />
          </div>
        )}
      </details>
    </Card>
  )
}

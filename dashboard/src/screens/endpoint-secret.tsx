import { useState } from 'preact/hooks'
import { api, type CreatedEndpoint, type Delivery, good } from '../api.ts'
import { kindTitle } from '../kinds.ts'
import { Action, Card, Code, Copy, Notice } from '../parts/basics.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Page } from '../parts/page.tsx'
import { Moment } from '../parts/time.tsx'
import { tell } from '../parts/toast.tsx'
import { href } from '../router.ts'
import { endpointName } from '../words.ts'
import { TestResult } from './endpoint-test.tsx'

/** A secret, to be copied. */
export function Secret({ secret, publicKey }: { secret: string | null; publicKey: string | null }) {
  const text = secret ?? publicKey ?? ''
  return (
    <div class="secret">
      <code class="secret-text">{text}</code>
      <Copy text={text} />
    </div>
  )
}

const VERIFY = `import { Webhook } from 'standardwebhooks'

const event = new Webhook(process.env.SIGNING_SECRET)
  .verify(rawBody, request.headers)`

/** After an endpoint was made: its secret, where it has one, and a test. */
export function SecretOnce({ endpoint }: { endpoint: CreatedEndpoint }) {
  const [delivery, setDelivery] = useState<Delivery>()
  const signed = endpoint.signing !== null
  const test = async () => {
    setDelivery(undefined)
    setDelivery(
      await tell(good(api.POST('/v1/endpoints/{id}/test', { params: { path: { id: endpoint.id } } }))),
    )
  }
  const works = delivery?.status === 'succeeded'
  return (
    <Page title={`${endpointName(endpoint)} is added`} back={['/endpoints', 'Endpoints']}>
      <div class="narrow">
        {endpoint.warnings.map((warning) => (
          <Notice key={warning} tone="warn">
            {warning}
          </Notice>
        ))}
        {signed && (
          <Card title={endpoint.secret === null ? 'Its public key' : 'Its signing secret'}>
            <p>
              {endpoint.secret === null
                ? 'The receiver verifies each webhook with it.'
                : 'The receiver verifies each webhook with it. Keep it where your receiver finds it, and nowhere else.'}
            </p>
            <Secret secret={endpoint.secret} publicKey={endpoint.public_key} />
            <details class="more">
              <summary>How to verify</summary>
              <p>Any library of Standard Webhooks does it, for instance in JavaScript:</p>
              <Code label="An example" text={VERIFY} />
            </details>
          </Card>
        )}
        <Card title="See that it works">
          <p>
            {signed
              ? 'A signed test, sent now. What your endpoint answers is shown here.'
              : `A test, sent now. It arrives in ${kindTitle(endpoint.kind)} within a few seconds.`}
          </p>
          {delivery && <TestResult delivery={delivery} />}
          <div class="actions after">
            <Action class={works ? '' : 'primary'} icon="deliveries" run={test}>
              {delivery ? 'Send it again' : 'Send a test'}
            </Action>
            <a
              class={works ? 'button primary' : 'button'}
              href={href(works ? '/' : `/endpoints/${endpoint.id}`)}
            >
              {works ? 'To the overview' : 'To the endpoint'}
            </a>
          </div>
        </Card>
      </div>
    </Page>
  )
}

interface Rotated {
  secret: string | null
  public_key: string | null
  overlap_until: string | null
}

/** The secret of an endpoint: hidden until it is asked for, and replaced without a gap. */
export function SecretCard({ endpointId, signing }: { endpointId: string; signing: string }) {
  const [shown, setShown] = useState<{ secret: string | null; public_key: string | null }>()
  const [rotating, setRotating] = useState(false)
  const params = { params: { path: { id: endpointId } } }
  return (
    <Card title={signing === 'ed25519' ? 'Public key' : 'Signing secret'}>
      {shown ? (
        <Secret secret={shown.secret} publicKey={shown.public_key} />
      ) : (
        <p class="muted">
          {signing === 'ed25519'
            ? 'Receivers verify with the public key.'
            : 'Whoever has it can sign webhooks as ringpost does.'}
        </p>
      )}
      <div class="actions after">
        {shown ? (
          <button type="button" class="button small" onClick={() => setShown(undefined)}>
            Hide
          </button>
        ) : (
          <Action
            class="small"
            icon="eye"
            run={async () => setShown(await tell(good(api.GET('/v1/endpoints/{id}/secret', params))))}
          >
            Show
          </Action>
        )}
        <button type="button" class="button small" onClick={() => setRotating(true)}>
          Rotate…
        </button>
      </div>
      {rotating && (
        <Rotation
          endpointId={endpointId}
          onClose={() => {
            setRotating(false)
            setShown(undefined)
          }}
        />
      )}
    </Card>
  )
}

const OVERLAPS = [
  ['24h', '24 hours'],
  ['1h', '1 hour'],
  ['7d', '7 days'],
  ['0s', 'Not at all: it was seen by somebody'],
] as const

function Rotation({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  const [overlap, setOverlap] = useState('24h')
  const [rotated, setRotated] = useState<Rotated>()
  const rotate = async () =>
    setRotated(
      await tell(
        good(
          api.POST('/v1/endpoints/{id}/rotate-secret', {
            params: { path: { id: endpointId } },
            body: { overlap },
          }),
        ),
      ),
    )
  return (
    <Dialog
      title="Rotate the secret"
      onClose={onClose}
      footer={
        rotated ? (
          <button type="button" class="button primary" onClick={onClose}>
            I have copied it
          </button>
        ) : (
          <>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <Action class="primary" run={rotate}>
              Rotate
            </Action>
          </>
        )
      }
    >
      {rotated ? (
        <>
          <p>The new one:</p>
          <Secret secret={rotated.secret} publicKey={rotated.public_key} />
          <p>
            {rotated.overlap_until ? (
              <>
                Requests are signed with both until <Moment at={rotated.overlap_until} />.
              </>
            ) : (
              'Requests are signed with this one alone from now on.'
            )}
          </p>
        </>
      ) : (
        <div class="field">
          <label for="overlap">How long the present one stays valid beside it</label>
          <select id="overlap" value={overlap} onChange={(event) => setOverlap(event.currentTarget.value)}>
            {OVERLAPS.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
          <p class="help">
            Long enough to give the receiver the new one: both sign meanwhile, so nothing is refused.
          </p>
        </div>
      )}
    </Dialog>
  )
}

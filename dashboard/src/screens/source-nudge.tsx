import { useState } from 'preact/hooks'
import { type ApiError, api, good, type Source, shownError } from '../api.ts'
import { durationWords, plural } from '../format.ts'
import { Badge, Card, Copy, Facts, Notice } from '../parts/basics.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { type FieldDescription, Fields, FormFailure } from '../parts/form.tsx'
import { Time } from '../parts/time.tsx'
import { say } from '../parts/toast.tsx'
import { useCanWrite } from '../session.ts'

const SECRET: FieldDescription = {
  name: 'nudge_secret',
  label: 'Secret of the webhook',
  type: 'secret',
  required: true,
  placeholder: 'wsec_…',
  help: 'ElevenLabs shows it once, when the webhook is made. It is kept encrypted.',
}

/** ElevenLabs' post-call webhook as a reason to poll at once: setting it up, and how it goes. */
export function NudgeCard(props: { source: Source; onChange: () => Promise<void> }) {
  const { source, onChange } = props
  const { nudge } = source
  const canWrite = useCanWrite()
  const [asking, setAsking] = useState<'set' | 'off' | null>(null)
  const done = async (words: string) => {
    setAsking(null)
    say(words)
    await onChange()
  }
  const refused = nudge?.last_refused
  return (
    <Card
      title="Instant alerts"
      actions={nudge ? <Badge tone="good">On</Badge> : <Badge tone="quiet">Off</Badge>}
    >
      <p class="muted">
        {nudge
          ? "ElevenLabs' post-call webhook has this source polled at once, whatever the interval."
          : `Callers are found at the next poll, about every ${durationWords(source.poll_interval)}. With ElevenLabs' post-call webhook they are found the moment a call ends.`}
      </p>
      {nudge && (
        <Facts
          of={[
            ['Webhook URL', <Address path={nudge.path} />],
            ['Received', plural(nudge.received, 'webhook')],
            ['Last', <Time at={nudge.last_at} />],
          ]}
        />
      )}
      {refused && (
        <Notice tone="warn">
          <strong>
            One was refused <Time at={refused.at} />.
          </strong>{' '}
          {refused.message}
        </Notice>
      )}
      {canWrite && (
        <div class="actions after">
          <button type="button" class="button small" onClick={() => setAsking('set')}>
            {nudge ? 'Replace the secret…' : 'Set up…'}
          </button>
          {nudge && (
            <button type="button" class="button small" onClick={() => setAsking('off')}>
              Turn off…
            </button>
          )}
        </div>
      )}
      {asking === 'set' && (
        <NudgeDialog
          source={source}
          onClose={() => setAsking(null)}
          onDone={() => done('Instant alerts are on.')}
        />
      )}
      {asking === 'off' && (
        <Confirm
          title="Turn instant alerts off?"
          action="Turn off"
          onClose={() => setAsking(null)}
          run={async () => {
            await setSecret(source.id, null)
            await done('Instant alerts are off.')
          }}
        >
          <p>
            Webhooks of ElevenLabs are refused from now on, and callers are found by polling, every{' '}
            {durationWords(source.poll_interval)}. Remove the webhook at ElevenLabs, too.
          </p>
        </Confirm>
      )}
    </Card>
  )
}

function setSecret(id: string, nudge_secret: string | null) {
  return good(api.PATCH('/v1/sources/{id}', { params: { path: { id } }, body: { nudge_secret } }))
}

/** Where ElevenLabs sends its webhook, as far as this page knows: the host that it was opened at. */
function Address({ path }: { path: string }) {
  const url = `${window.location.origin}${path}`
  return (
    <span class="copyable">
      <code>{url}</code>
      <Copy text={url} />
    </span>
  )
}

function NudgeDialog(props: { source: Source; onClose: () => void; onDone: () => Promise<void> }) {
  const { source, onClose } = props
  const [values, setValues] = useState<Record<string, string>>({})
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await setSecret(source.id, values.nudge_secret?.trim() ?? '')
      await props.onDone()
    } catch (failure) {
      setError(shownError(failure))
      setBusy(false)
    }
  }
  const local = /^(localhost|127\.|\[::1\])/.test(window.location.hostname)
  return (
    <Dialog
      title="Instant alerts"
      wide
      onClose={onClose}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="button primary"
            disabled={busy || !values.nudge_secret?.trim()}
            aria-busy={busy}
            onClick={() => void save()}
          >
            Turn on
          </button>
        </>
      }
    >
      <ol class="numbered">
        <li>
          <p>
            At ElevenLabs, under <strong>Settings, Webhooks</strong>, create a webhook with HMAC
            authentication and this URL:
          </p>
          <Address path={`/v1/sources/${source.id}/nudge`} />
          {local && (
            <span class="help">
              ElevenLabs cannot reach this machine by that name: put the public https address of your ringpost
              in place of {window.location.origin}.
            </span>
          )}
        </li>
        <li>
          <p>
            Choose it as the <strong>post-call webhook</strong> of your agents, under{' '}
            <strong>Agents, Settings</strong>.
          </p>
        </li>
        <li>
          <p>Enter the secret that ElevenLabs shows:</p>
          <Fields
            fields={[SECRET]}
            values={values}
            errors={error?.fields ?? {}}
            onChange={(name, value) => setValues({ [name]: value })}
          />
        </li>
      </ol>
      {error && <FormFailure error={error} names={['nudge_secret']} />}
    </Dialog>
  )
}

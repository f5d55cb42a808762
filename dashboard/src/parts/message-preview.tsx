import { useEffect, useState } from 'preact/hooks'
import { type ApiError, api, good, shownError } from '../api.ts'
import { prettyJson } from '../format.ts'
import { readMessage, type ShownMessage } from '../message.ts'
import { Code, Skeleton } from './basics.tsx'
import { Icon } from './icon.tsx'
import { Segments } from './segments.tsx'

/** What an endpoint is made of that decides what it is sent. */
export interface PreviewWish {
  kind: string
  event_type: string
  settings: Record<string, string>
  template: unknown
  format: string
}

/** How long nobody types before it is asked for again (ms). */
const PAUSE_MS = 300

/** The message that an endpoint would be sent, made by the API as a real one is. */
export function MessagePreview({ wish }: { wish: PreviewWish }) {
  const { preview, error } = usePreview(wish)
  const [form, setForm] = useState<'looks' | 'sent'>('looks')
  if (preview === undefined) return error ? <PreviewFault error={error} /> : <Skeleton lines={6} />
  const message = readMessage(preview.body)
  return (
    <>
      {message && (
        <Segments
          label="How it is shown"
          chosen={form}
          of={[
            ['looks', 'As it looks'],
            ['sent', 'As it is sent'],
          ]}
          onChange={setForm}
        />
      )}
      {error && <PreviewFault error={error} />}
      {message && form === 'looks' ? (
        <Message of={message} />
      ) : (
        <Code label="The message" text={prettyJson(JSON.stringify(preview.body))} />
      )}
    </>
  )
}

/** What is typed is often not right yet: that is no alarm. */
function PreviewFault({ error }: { error: ApiError }) {
  return (
    <p class="help with-icon" role="status">
      <Icon name="warning" size={16} /> {inWords(error.message)}
    </p>
  )
}

/** The API names a setting by its path. */
function inWords(message: string): string {
  const words = message.replace(/^settings\.(\w+)/, (_all, name: string) => name.replaceAll('_', ' '))
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function usePreview(wish: PreviewWish) {
  const [seen, setSeen] = useState<{
    kind?: string
    preview?: { body?: unknown; content_type: string }
    error?: ApiError
  }>({})
  const key = JSON.stringify(wish)
  useEffect(() => {
    let current = true
    const ask = async () => {
      const { kind, ...body } = wish
      try {
        const preview = await good(
          api.POST('/v1/destination-kinds/{kind}/preview', {
            params: { path: { kind: kind as never } },
            body: { ...body, override: {} } as never,
          }),
        )
        if (current) setSeen({ kind, preview })
      } catch (failure) {
        // What was right before stays, so that the page does not jump while somebody types.
        if (current) setSeen((before) => ({ ...before, error: shownError(failure) }))
      }
    }
    const timer = setTimeout(() => void ask(), seen.preview === undefined ? 0 : PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [key])
  return seen.kind === undefined || seen.kind === wish.kind
    ? { preview: seen.preview, error: seen.error }
    : { preview: undefined, error: undefined }
}

function Message({ of }: { of: ShownMessage }) {
  return (
    <article class="message" aria-label="The message">
      <span class="message-mark" aria-hidden="true">
        <Icon name="bell" size={18} />
      </span>
      <div class="message-in">
        <p class="message-title">{of.title}</p>
        {of.facts.length > 0 && (
          <dl class="message-facts">
            {of.facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {of.lines.map((line, i) => (
          <p key={`${i} ${line}`}>{line}</p>
        ))}
        {of.link && <p class="message-link">{of.link}</p>}
        {of.context && <p class="message-context">{of.context}</p>}
      </div>
    </article>
  )
}

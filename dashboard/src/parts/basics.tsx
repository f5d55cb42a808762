import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ApiError } from '../api.ts'
import type { Tone } from '../words.ts'
import { Icon, type IconName } from './icon.tsx'

/** A state in a word, with its colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <span class="dot" aria-hidden="true" />
      {children}
    </span>
  )
}

export function Card(props: {
  title?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
  class?: string
  /** Whether its content reaches its edges, as lists do. */
  flush?: boolean
}) {
  const { title, actions, flush } = props
  return (
    <section class={`card ${props.class ?? ''}`}>
      {(title || actions) && (
        <header class="card-head">
          <h2>{title}</h2>
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      <div class={flush ? 'card-body flush' : 'card-body'}>{props.children}</div>
    </section>
  )
}

/** What is shown in place of a list that has nothing in it. */
export function Empty(props: {
  icon: IconName
  title: string
  children?: ComponentChildren
  action?: ComponentChildren
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size={26} />
      </span>
      <p class="empty-title">{props.title}</p>
      {props.children && <p class="muted">{props.children}</p>}
      {props.action}
    </div>
  )
}

/** The shape of what is being loaded, so that nothing jumps when it comes. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={`bar bar-${i % 3}`} />
      ))}
    </div>
  )
}

/** What went wrong, in the API's own sentence. */
export function Failure({ error, retry }: { error: ApiError; retry?: (() => void) | undefined }) {
  return (
    <div class="notice bad" role="alert">
      <Icon name="warning" />
      <p>{error.message}</p>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

/** In place of what is not there: still to come, not to be had, or gone. */
export function Unloaded(props: {
  /** What it is, such as "endpoint". */
  what: string
  error: ApiError | undefined
  retry: () => void
  /** To where there are others. */
  others: [url: string, words: string]
  lines?: number
}) {
  const { what, error, others } = props
  if (error === undefined) return <Skeleton lines={props.lines ?? 8} />
  if (error.status !== 404) return <Failure error={error} retry={props.retry} />
  return (
    <Card>
      <Empty
        icon="search"
        title={`There is no such ${what}`}
        action={
          <a class="button" href={others[0]}>
            {others[1]}
          </a>
        }
      >
        It may have been deleted, or its time in the log is over.
      </Empty>
    </Card>
  )
}

export function Notice(props: {
  tone: Tone
  icon?: IconName
  children: ComponentChildren
  action?: ComponentChildren
}) {
  return (
    <div class={`notice ${props.tone}`} role="status">
      <Icon name={props.icon ?? (props.tone === 'good' ? 'check' : 'warning')} />
      <div class="notice-text">{props.children}</div>
      {props.action}
    </div>
  )
}

/** A button that waits for what it started, and cannot start it twice. */
export function Action(props: {
  children: ComponentChildren
  run: () => Promise<unknown>
  class?: string
  icon?: IconName
  disabled?: boolean
  label?: string
}) {
  const [busy, setBusy] = useState(false)
  return (
    <button
      type="button"
      class={`button ${props.class ?? ''}`}
      disabled={busy || props.disabled}
      aria-busy={busy}
      aria-label={props.label}
      onClick={() => {
        setBusy(true)
        void props.run().finally(() => setBusy(false))
      }}
    >
      {props.icon && <Icon name={props.icon} size={16} />}
      {props.children}
    </button>
  )
}

export function Copy({ text, children = 'Copy' }: { text: string; children?: ComponentChildren }) {
  const [copied, setCopied] = useState(false)
  return (
    <button
      type="button"
      class="button small"
      onClick={() => {
        void copyText(text).then((done) => {
          setCopied(done)
          setTimeout(() => setCopied(false), 2_000)
        })
      }}
    >
      <Icon name={copied ? 'check' : 'copy'} size={14} />
      <span aria-live="polite">{copied ? 'Copied' : children}</span>
    </button>
  )
}

/** The clipboard is there over https and on this machine only; elsewhere a selection does it. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'off-screen'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export type Fact = [name: string, value: ComponentChildren]

/** Facts in pairs; `wide` where they have a whole page's width. */
export function Facts({ of, wide = false }: { of: Fact[]; wide?: boolean }) {
  return (
    <dl class={wide ? 'facts wide' : 'facts'}>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Text of somebody else's: shown as it is, and never as anything but text. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  )
}

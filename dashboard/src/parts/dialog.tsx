import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { Failure } from './basics.tsx'
import { Icon } from './icon.tsx'

/** A window over the page. The browser keeps the focus inside and closes it with Escape. */
export function Dialog(props: {
  title: string
  onClose: () => void
  children: ComponentChildren
  footer?: ComponentChildren
  wide?: boolean
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by itself
    <dialog
      ref={dialog}
      class={props.wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose()
      }}
    >
      <div class="dialog-in">
        <header>
          <h2 id={id}>{props.title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={props.onClose}>
            <Icon name="cross" />
          </button>
        </header>
        <div class="dialog-body">{props.children}</div>
        {props.footer && <footer>{props.footer}</footer>}
      </div>
    </dialog>
  )
}

/** Asks before something is done that cannot be taken back. */
export function Confirm(props: {
  title: string
  children: ComponentChildren
  action: string
  danger?: boolean
  /** A word that has to be typed first, for what is worst. */
  type?: string
  run: () => Promise<unknown>
  onClose: () => void
}) {
  const [busy, setBusy] = useState(false)
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<ApiError>()
  const id = useId()
  const run = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await props.run()
      props.onClose()
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError({ detail: String(failure) }, 0))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      footer={
        <>
          <button type="button" class="button" onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="button"
            class={props.danger ? 'button danger' : 'button primary'}
            disabled={busy || (props.type !== undefined && typed.trim() !== props.type)}
            aria-busy={busy}
            onClick={() => void run()}
          >
            {props.action}
          </button>
        </>
      }
    >
      {props.children}
      {props.type !== undefined && (
        <div class="field">
          <label for={id}>
            Type <strong>{props.type}</strong> to go on
          </label>
          <input
            id={id}
            value={typed}
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
      )}
      {error && <Failure error={error} />}
    </Dialog>
  )
}

import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, api, good, type Session } from '../api.ts'
import { Failure, Notice } from '../parts/basics.tsx'
import { Logo } from '../parts/logo.tsx'

/** The way in: the API token, given once. */
export function SignIn(props: { ended: boolean; onSignedIn: (session: Session) => Promise<void> }) {
  const [token, setToken] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = 'Sign in · ringpost'
    input.current?.focus()
  }, [])

  const submit = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await props.onSignedIn(await good(api.POST('/v1/session', { body: { token } })))
    } catch (failure) {
      setBusy(false)
      setError(failure instanceof ApiError ? failure : new ApiError({ detail: String(failure) }, 0))
      input.current?.select()
    }
  }

  return (
    <main class="sign-in">
      <form
        class="card sign-in-card"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Logo size={44} />
        <h1>Sign in to ringpost</h1>
        <p class="muted">Know when a caller calls for the first time, or again.</p>
        {props.ended && !error && <Notice tone="warn">You were signed out. Sign in again to go on.</Notice>}
        <div class="field">
          <label for="token">API token</label>
          <input
            ref={input}
            id="token"
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            placeholder="rp_…"
            value={token}
            aria-describedby="token-help"
            aria-invalid={error !== undefined}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <p class="help" id="token-help">
            It was printed at the first start. It is RINGPOST_API_TOKEN, or else in the file{' '}
            <code>api-token</code> of the data folder (the demo: <code>data/demo/api-token</code>).
          </p>
        </div>
        {error && <Failure error={error} />}
        <button
          type="submit"
          class="button primary wide"
          disabled={busy || token.trim() === ''}
          aria-busy={busy}
        >
          Sign in
        </button>
      </form>
    </main>
  )
}

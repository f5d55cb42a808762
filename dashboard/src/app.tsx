import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiError, api, good, type Session, whenSignedOut } from './api.ts'
import { forgetEntries } from './history.ts'
import { startLive, stopLive } from './live.ts'
import { Failure } from './parts/basics.tsx'
import { forgetPages } from './parts/pages.ts'
import { Toasts } from './parts/toast.tsx'
import { followLinks } from './router.ts'
import { SignIn } from './screens/sign-in.tsx'
import { SessionContext } from './session.ts'
import { Shell } from './shell.tsx'

type State =
  | { kind: 'asking' }
  | { kind: 'nobody'; ended: boolean }
  | { kind: 'somebody'; session: Session; demo: boolean }
  | { kind: 'unreachable'; error: ApiError }

/** Keeps nothing of what was seen for whoever signs in next. */
function leave(): void {
  stopLive()
  forgetPages()
  forgetEntries()
}

/** Finds out who is signed in, and shows the dashboard or the way in. */
export function App() {
  const [state, setState] = useState<State>({ kind: 'asking' })

  const enter = useCallback(async (session: Session) => {
    const { demo } = await good(api.GET('/v1/about'))
    startLive()
    setState({ kind: 'somebody', session, demo })
  }, [])

  const ask = useCallback(async () => {
    try {
      await enter(await good(api.GET('/v1/session')))
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) setState({ kind: 'nobody', ended: false })
      else setState({ kind: 'unreachable', error: error instanceof ApiError ? error : new ApiError({}, 0) })
    }
  }, [enter])

  useEffect(() => {
    whenSignedOut(() => {
      leave()
      setState((before) => (before.kind === 'somebody' ? { kind: 'nobody', ended: true } : before))
    })
    document.addEventListener('click', followLinks)
    void ask()
    return () => document.removeEventListener('click', followLinks)
  }, [ask])

  const signOut = async () => {
    await good(api.DELETE('/v1/session'))
    leave()
    setState({ kind: 'nobody', ended: false })
  }

  return (
    <>
      {state.kind === 'asking' && <div class="splash" role="status" aria-label="Loading" />}
      {state.kind === 'unreachable' && (
        <main class="splash">
          <Failure error={state.error} retry={() => void ask()} />
        </main>
      )}
      {state.kind === 'nobody' && <SignIn ended={state.ended} onSignedIn={enter} />}
      {state.kind === 'somebody' && (
        <SessionContext.Provider value={{ session: state.session, demo: state.demo, signOut }}>
          <Shell />
        </SessionContext.Provider>
      )}
      <Toasts />
    </>
  )
}

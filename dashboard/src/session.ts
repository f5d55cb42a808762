import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Session } from './api.ts'

export interface SignedIn {
  session: Session
  demo: boolean
  signOut: () => Promise<void>
}

export const SessionContext = createContext<SignedIn | null>(null)

/** Who is signed in. Only below the shell, where somebody is. */
export function useSession(): SignedIn {
  const signedIn = useContext(SessionContext)
  if (signedIn === null) throw new Error('Nobody is signed in.')
  return signedIn
}

/** Whether the token that was signed in with may change things. */
export function useCanWrite(): boolean {
  return useSession().session.scopes.includes('write')
}

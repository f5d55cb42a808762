import { useEffect, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { Icon } from './icon.tsx'

interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
}

/** How long one is shown (ms); what went wrong is longer to read. */
const SHOWN_MS = { good: 5_000, bad: 12_000 }

let toasts: readonly Toast[] = []
let next = 1
const listeners = new Set<() => void>()

function set(changed: readonly Toast[]): void {
  toasts = changed
  for (const listener of listeners) listener()
}

/** Says for a moment what was done. */
export function say(text: string, tone: Toast['tone'] = 'good'): void {
  const id = next++
  set([...toasts.slice(-2), { id, tone, text }])
  setTimeout(() => set(toasts.filter((toast) => toast.id !== id)), SHOWN_MS[tone])
}

/** Does something, and says what went wrong where it did. @returns undefined where it did */
export async function tell<T>(
  doing: Promise<T>,
  done?: string | ((result: T) => string),
): Promise<T | undefined> {
  try {
    const result = await doing
    if (done !== undefined) say(typeof done === 'string' ? done : done(result))
    return result
  } catch (error) {
    say(error instanceof ApiError ? error.message : String(error), 'bad')
    return undefined
  }
}

export function Toasts() {
  const [shown, setShown] = useState(toasts)
  useEffect(() => {
    const update = () => setShown(toasts)
    listeners.add(update)
    return () => void listeners.delete(update)
  }, [])
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} class={`toast ${toast.tone}`}>
          <Icon name={toast.tone === 'good' ? 'check' : 'warning'} />
          <span>{toast.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            onClick={() => set(toasts.filter(({ id }) => id !== toast.id))}
          >
            <Icon name="cross" size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}

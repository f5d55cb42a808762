import { useEffect, useState } from 'preact/hooks'
import { countdown, moment, momentInFull, relative } from '../format.ts'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** The time, anew every second, for all that is shown at once. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const tick = () => setNow(Date.now())
    listeners.add(tick)
    timer ??= setInterval(() => {
      for (const listener of [...listeners]) listener()
    }, 1_000)
    return () => {
      listeners.delete(tick)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }, [])
  return now
}

/** A moment, told from now, with the exact one on hover. */
export function Time({ at, none = 'never' }: { at: string | null | undefined; none?: string }) {
  const now = useNow()
  if (!at) return <span class="muted">{none}</span>
  return (
    <time dateTime={at} title={momentInFull(at)}>
      {relative(at, now)}
    </time>
  )
}

/** A moment exactly. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={momentInFull(at)}>
      {moment(at)}
    </time>
  )
}

/** How long it still is until a moment. */
export function Countdown({ at }: { at: string }) {
  const now = useNow()
  const left = new Date(at).getTime() - now
  return (
    <time dateTime={at} title={momentInFull(at)} class="countdown">
      {left > 0 ? `in ${countdown(left)}` : 'any moment now'}
    </time>
  )
}

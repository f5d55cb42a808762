import { useEffect, useRef, useState } from 'preact/hooks'
import { countdown, moment, momentInFull, relative } from '../format.ts'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/**
 * What is made of the time, looked at anew every second. Only where it has changed is it drawn again, so that a
 * list of thousands of moments costs next to nothing.
 */
export function useAtNow<T extends string | number | boolean>(of: (now: number) => T): T {
  const [, setShown] = useState<T>(() => of(Date.now()))
  const latest = useRef(of)
  latest.current = of
  useEffect(() => {
    const tick = () => setShown(latest.current(Date.now()))
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
  return of(Date.now())
}

/** The time, anew every second. */
export function useNow(): number {
  return useAtNow((now) => now)
}

/** A moment, told from now, with the exact one on hover. */
export function Time({ at, none = 'never' }: { at: string | null | undefined; none?: string }) {
  const words = useAtNow((now) => (at ? relative(at, now) : none))
  if (!at) return <span class="muted">{words}</span>
  return (
    <time dateTime={at} title={momentInFull(at)}>
      {words}
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
  const words = useAtNow((now) => {
    const left = new Date(at).getTime() - now
    return left > 0 ? `in ${countdown(left)}` : 'any moment now'
  })
  return (
    <time dateTime={at} title={momentInFull(at)} class="countdown">
      {words}
    </time>
  )
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'

/** What was asked for: while it is asked again, what was there before stays. */
export interface Query<T> {
  data: T | undefined
  error: ApiError | undefined
  /** Asks again, and is done when that is answered. */
  refresh: () => Promise<void>
}

/**
 * Asks the API, and again every so often while the page is seen.
 *
 * @param key of what is asked; with another one, what was there before goes
 * @param options.every ms, or what says it by what was answered; left out, it is asked once
 */
export function useQuery<T>(
  key: string,
  load: () => Promise<T>,
  options: { every?: number | ((data: T | undefined) => number | undefined) } = {},
): Query<T> {
  const [answer, setAnswer] = useState<{ key: string; data?: T; error?: ApiError }>({ key })
  const latest = useRef({ key, load, run: 0 })
  latest.current.key = key
  latest.current.load = load

  const refresh = useCallback(async () => {
    const asked = latest.current.key
    const run = ++latest.current.run
    const isCurrent = () => latest.current.run === run && latest.current.key === asked
    try {
      const data = await latest.current.load()
      if (isCurrent()) setAnswer({ key: asked, data })
    } catch (error) {
      if (!isCurrent()) return
      const shown = error instanceof ApiError ? error : new ApiError({ detail: String(error) }, 0)
      setAnswer((before) =>
        before.key === asked && before.data !== undefined
          ? { key: asked, data: before.data, error: shown }
          : { key: asked, error: shown },
      )
    }
  }, [])

  useEffect(() => {
    void refresh()
    return () => {
      // What is answered later belongs to nobody.
      latest.current.run++
    }
  }, [key, refresh])

  const every = typeof options.every === 'function' ? options.every(answer.data) : options.every
  useEffect(() => {
    if (every === undefined) return
    const again = () => {
      if (document.visibilityState === 'visible') void refresh()
    }
    const timer = setInterval(again, every)
    document.addEventListener('visibilitychange', again)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
  }, [every, refresh])

  const mine = answer.key === key
  return { data: mine ? answer.data : undefined, error: mine ? answer.error : undefined, refresh }
}

import { useId } from 'preact/hooks'
import { currentEntry } from '../history.ts'
import { go, href, usePlace } from '../router.ts'

/** The filters of a list. They are in the URL, so that a list can be kept and sent to somebody. */
export function useFilters(path: string): {
  get: (name: string) => string
  set: (name: string, value: string) => void
  clear: () => void
  any: boolean
} {
  const { query } = usePlace()
  return {
    get: (name) => query.get(name) ?? '',
    set: (name, value) => {
      go(href(path, { ...Object.fromEntries(query), [name]: value }), 'replace')
    },
    clear: () => go(href(path), 'replace'),
    any: [...query.values()].some((value) => value !== ''),
  }
}

/** One of some values, or any. */
export function FilterChoice(props: {
  label: string
  any: string
  value: string
  of: readonly (readonly [value: string, words: string])[]
  onChange: (value: string) => void
}) {
  const id = useId()
  const known = props.value === '' || props.of.some(([value]) => value === props.value)
  return (
    <div class="filter">
      <label for={id}>{props.label}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">{props.any}</option>
        {!known && <option value={props.value}>{props.value}</option>}
        {props.of.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Since when, as it is chosen and as the API takes it. */
export const PERIODS = [
  ['1h', 'Last hour'],
  ['24h', 'Last day'],
  ['7d', 'Last week'],
] as const

const LENGTHS: Record<string, number> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 }

/** What periods began with, by the step of the history that they were chosen in. */
const begun = new Map<string, string>()
const KEPT = 50

/**
 * The beginning of a period. It stays where it was for whoever comes back to a list, as the list's cursor does.
 *
 * @param text a choice of {@link PERIODS}, or a moment in ISO 8601
 */
export function sinceOf(text: string): { since?: string } {
  const length = LENGTHS[text]
  if (length === undefined) return text === '' ? {} : { since: text }
  const place = `${currentEntry().id} ${text}`
  const since = begun.get(place) ?? new Date(Date.now() - length).toISOString()
  begun.set(place, since)
  const [oldest] = begun.keys()
  if (begun.size > KEPT && oldest !== undefined) begun.delete(oldest)
  return { since }
}

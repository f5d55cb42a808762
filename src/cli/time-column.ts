import type { Column } from './output.ts'
import { localTime, offsetOf, shortTime } from './values.ts'

/**
 * A column of times in the machine's own zone. The heading names the zone where it is not UTC; where it changes
 * between the rows, as with summer time, each time has its own.
 *
 * @param none stands where a row has no time
 */
export function timeColumn<Row>(
  heading: string,
  rows: readonly Row[],
  at: (row: Row) => string | null | undefined,
  none = '–',
): Column<Row> {
  const times = rows.map(at).filter((time) => typeof time === 'string')
  const [offset = '+00:00', ...others] = new Set(times.map((time) => offsetOf(new Date(time))))
  const write = (time: string) => {
    if (others.length === 0) return localTime(new Date(time))
    return shortTime(time, { always: true })
  }
  const cell = (row: Row) => {
    const time = at(row)
    return time ? write(time) : none
  }
  return { heading: others.length > 0 || offset === '+00:00' ? heading : `${heading} (${offset})`, cell }
}

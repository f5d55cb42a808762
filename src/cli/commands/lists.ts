import type { Command } from 'commander'
import { wholeNumber } from '../values.ts'

/** What every list takes on the command line. */
export interface ListOptions {
  limit?: number
  cursor?: string
}

/** Adds the options that every list has. */
export function withPaging(command: Command): Command {
  return command
    .option('-l, --limit <count>', 'how many at most, up to 250', wholeNumber)
    .option('--cursor <cursor>', 'where to go on: what the page before said, with the same filters')
}

/** The query of a page: what was given, and nothing else. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}

/**
 * The line below a page that is not the last. A cursor goes with the times of its page alone, and `2h` is
 * another time whenever it is read, so the times are said beside it.
 */
export function more(
  nextCursor: string | null,
  period: { since?: string | undefined; until?: string | undefined } = {},
): string {
  if (nextCursor === null) return ''
  const { since, until } = period
  const options = Object.entries({ since, until, cursor: nextCursor }).filter(
    ([, value]) => value !== undefined,
  )
  return `\n\nThere are more: ${options.map(([name, value]) => `--${name} ${value}`).join(' ')}`
}

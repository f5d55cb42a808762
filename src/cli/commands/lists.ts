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
    .option('--cursor <cursor>', 'where to go on: what the page before said')
}

/** The query of a page: what was given, and nothing else. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}

/** The line below a page that is not the last. */
export function more(nextCursor: string | null): string {
  return nextCursor === null ? '' : `\n\nThere are more: --cursor ${nextCursor}`
}

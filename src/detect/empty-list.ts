import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import { OF_ACCEPTED_REMOVALS } from './accepted-removals.ts'
import type { SourceState } from './source-state.ts'

/** The list is empty although users are known: a mistake that passes, unless a person says that it is true. */
export class EmptyListError extends UpstreamError {
  constructor() {
    super(
      'bad_page',
      'The upstream answered with an empty list although users are known; nothing is taken from it.',
    )
  }
}

/**
 * The fields of the state that go once a scan has read a row: that the list is empty was accepted, with the removals of
 * everybody, and it is empty no more. Whenever it is next, a person is asked anew.
 */
export function emptyNoMore(
  { empty_accepted }: SourceState,
  read: { rows: number; unreadable: number },
): (keyof SourceState)[] {
  return empty_accepted !== undefined && read.rows + read.unreadable > 0
    ? ['empty_accepted', ...OF_ACCEPTED_REMOVALS]
    : []
}

import { UpstreamError } from '../elevenlabs/upstream-error.ts'

/** The list is empty although users are known: a mistake that passes, unless a person says that it is true. */
export class EmptyListError extends UpstreamError {
  constructor() {
    super(
      'bad_page',
      'The upstream answered with an empty list although users are known; nothing is taken from it.',
    )
  }
}

import type { z } from 'zod'
import { parseDuration } from '../../config/duration.ts'
import type { SourceInput } from '../../sources/sources.ts'
import { DEFAULT_RETURNED_AFTER, type sourceToCreate, type sourceToPatch } from '../schemas/source-input.ts'

/** A source as it is to be made, of a body that was read. */
export function toSourceInput(body: z.output<typeof sourceToCreate>): SourceInput {
  const { poll_interval, overlap, returned_after, verify: _verify, ...same } = body
  return {
    ...same,
    poll_interval_ms: poll_interval,
    overlap_ms: overlap,
    returned_after_ms: returned_after,
  }
}

/** What of a source is to change, of a body that was read: what it leaves out is left out. */
export function toSourceChanges(body: z.output<typeof sourceToPatch>): Partial<SourceInput> {
  const { poll_interval, overlap, returned_after, ...same } = body
  return {
    ...same,
    ...(poll_interval === undefined ? {} : { poll_interval_ms: poll_interval }),
    ...(overlap === undefined ? {} : { overlap_ms: overlap }),
    ...(returned_after === undefined
      ? {}
      : { returned_after_ms: returned_after ?? parseDuration(DEFAULT_RETURNED_AFTER) }),
  }
}

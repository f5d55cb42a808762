import type { EndpointPatch } from '../endpoints/endpoint-record.ts'
import type { NewEndpoint } from '../endpoints/endpoints.ts'
import type { FieldError } from '../errors.ts'
import type { Signing } from '../secrets/signing-secret.ts'
import type { SourceInput } from '../sources/sources.ts'
import { type EndpointRules, type PresentEndpoint, planEndpoint } from './plan-endpoint.ts'
import { type PresentSource, planSource, type SourceRules } from './plan-source.ts'
import type { ConfigFile } from './schema.ts'

/** What becomes of one that the file names. */
export interface Change {
  kind: 'source' | 'endpoint'
  id: string
  action: 'create' | 'update' | 'none'
  /** Fields that change, as the API calls them. */
  fields: string[]
}

/** A new secret in place of the present one. */
export type Rotation = { secret: string } | { signing: Signing }

/** How it is done. */
export type Step = Change &
  (
    | { action: 'none' }
    | { kind: 'source'; action: 'create'; input: SourceInput }
    | { kind: 'source'; action: 'update'; changes: Partial<SourceInput> }
    | { kind: 'endpoint'; action: 'create'; input: NewEndpoint }
    | { kind: 'endpoint'; action: 'update'; changes: EndpointPatch; rotation: Rotation | null }
  )

/** What there is, by id; also the sources that were deleted and are not forgotten yet. */
export interface Present {
  sources: ReadonlyMap<string, PresentSource>
  endpoints: ReadonlyMap<string, PresentEndpoint>
}

/**
 * What has to change so that everything is as the file says, and all that is wrong with the file where it
 * meets what there is. What the file leaves out is no reason for a change.
 */
export function planChanges(
  file: ConfigFile,
  present: Present,
  rules: SourceRules & Omit<EndpointRules, 'isSource'>,
): { steps: Step[]; problems: FieldError[] } {
  const isSource = (id: string) => id in file.sources || present.sources.get(id)?.record.deleted_at === null
  const plans = [
    ...Object.entries(file.sources).map(([id, entry]) =>
      planSource(id, entry, present.sources.get(id) ?? null, rules),
    ),
    ...Object.entries(file.endpoints).map(([id, entry]) =>
      planEndpoint(id, entry, present.endpoints.get(id) ?? null, { ...rules, isSource }),
    ),
  ]
  return {
    steps: plans.flatMap(({ step }) => (step === null ? [] : [step])),
    problems: plans.flatMap(({ problems }) => problems),
  }
}

/** A step, or why there can be none. */
export interface Plan {
  step: Step | null
  problems: FieldError[]
}

import { isDeepStrictEqual } from 'node:util'
import { toSourceChanges, toSourceInput } from '../api/present/source-input.ts'
import { sourceToCreate } from '../api/schemas/source-input.ts'
import type { FieldError } from '../errors.ts'
import {
  OF_DEMO,
  overlapProblem,
  type SourceInput,
  type SourceRecord,
  VARIABLES,
} from '../sources/sources.ts'
import type { Plan } from './plan.ts'
import type { FileSource } from './schema.ts'

/** A source that there is or was. */
export interface PresentSource {
  record: SourceRecord
  /** In clear text; null where the master key cannot open it. */
  apiKey: string | null
  /** The same of `nudge_secret`. */
  nudgeSecret: string | null
}

export interface SourceRules {
  /** The source of the environment is the demo's. */
  isDemo: boolean
  paceOf(source: SourceInput): { intervalMs: number; overlapMs: number }
}

/** What has to be done for one source of the file. */
export function planSource(
  id: string,
  entry: FileSource,
  present: PresentSource | null,
  rules: SourceRules,
): Plan {
  const refused = (path: string, message: string): Plan => ({
    step: null,
    problems: [{ path: `sources.${id}${path}`, message }],
  })
  const wanted = toSourceChanges(entry)
  if (present === null) {
    const { api_key, name = id.slice('src_'.length) } = entry
    if (api_key === undefined) return refused('.api_key', `is required: there is no source ${id} yet`)
    const input = { ...defaultsOfSource({ name, api_key }), ...wanted }
    const short = overlapProblem(rules.paceOf(input))
    if (short !== null) return refused('.overlap', short)
    return { step: { kind: 'source', id, action: 'create', fields: Object.keys(entry), input }, problems: [] }
  }
  const { record, apiKey, nudgeSecret } = present
  if (record.deleted_at !== null) {
    return refused('', 'was deleted, and its events are still in the log: choose another id for a new source')
  }
  const now: SourceInput = { enrich: false, ...record, api_key: apiKey ?? '', nudge_secret: nudgeSecret }
  const changes = Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => !isDeepStrictEqual(value, now[field as keyof SourceInput]),
    ),
  ) as Partial<SourceInput>
  const problems: FieldError[] = []
  for (const [field, variable] of Object.entries(VARIABLES)) {
    if (record.managed_by !== 'environment' || !(field in changes)) continue
    const message = rules.isDemo ? OF_DEMO : `is set by ${variable}: leave it out here`
    problems.push({ path: `sources.${id}.${field}`, message })
  }
  const short = overlapProblem(rules.paceOf({ ...now, ...changes }))
  if (short !== null) problems.push({ path: `sources.${id}.overlap`, message: short })
  if (problems.length > 0) return { step: null, problems }
  const fields = Object.keys(changes).map(apiName)
  const action = fields.length === 0 ? 'none' : 'update'
  return {
    step:
      action === 'none'
        ? { kind: 'source', id, action, fields }
        : { kind: 'source', id, action, fields, changes },
    problems,
  }
}

/** A source that was made with its name and its key alone. */
export function defaultsOfSource(given: { name: string; api_key: string }): SourceInput {
  return toSourceInput(sourceToCreate.parse(given))
}

function apiName(field: string): string {
  return field.replace(/_ms$/, '')
}

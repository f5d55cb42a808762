import { checkUrl, type GuardPolicy } from '../deliver/guard/url.ts'
import { type FieldError, RingpostError } from '../errors.ts'
import { overlapProblem } from '../sources/sources.ts'
import { planChanges } from './plan.ts'
import type { PlacedProblem, ReadFile } from './read.ts'
import type { ConfigFile } from './schema.ts'

/**
 * Everything that is wrong with a file whatever there is already, in the order of the file: what reading it has
 * found, and of what could be read the URLs that can never be delivered to and overlaps that are too short.
 *
 * @param policy what may be delivered to; null where that is not known
 */
export function problemsAlone(
  { problems, draft, locate }: Pick<ReadFile, 'problems' | 'draft' | 'locate'>,
  policy: GuardPolicy | null,
): PlacedProblem[] {
  if (draft === null) return problems
  const { sources, endpoints } = draft.content
  const overlaps = Object.entries(sources).flatMap(([id, { poll_interval, overlap }]) => {
    if (!poll_interval || !overlap) return []
    const message = overlapProblem({ intervalMs: poll_interval, overlapMs: overlap })
    return message === null ? [] : [{ path: `sources.${id}.overlap`, message }]
  })
  const urls = Object.entries(endpoints).flatMap(([id, { url }]) => {
    const why = policy === null || url === undefined ? null : refusalOf(url, policy)
    return why === null ? [] : [{ path: `endpoints.${id}.url`, message: `is refused: ${why}` }]
  })
  return [...problems, ...locate([...overlaps, ...urls])].sort(
    (a, b) => a.line - b.line || a.column - b.column,
  )
}

/** What a server would refuse that has nothing yet of what the file names: only it knows what it has. */
export function problemsIfNew(content: ConfigFile): FieldError[] {
  const nothing = { sources: new Map(), endpoints: new Map() }
  // Pace and addresses are looked at elsewhere.
  const rules = { isDemo: false, paceOf: () => ({ intervalMs: 0, overlapMs: 0 }), checkUrl: () => undefined }
  return planChanges(content, nothing, rules).problems
}

function refusalOf(url: string, policy: GuardPolicy): string | null {
  try {
    checkUrl(url, policy)
    return null
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    // The dot of the sentence is the problem's own.
    return error.message.replace(/\.$/, '')
  }
}

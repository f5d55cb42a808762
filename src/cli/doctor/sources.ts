import { type Finding, ok, problem, warning } from '../../checks/finding.ts'
import { everySource } from '../every.ts'
import type { Session } from '../run.ts'

/** Whether the sources of a running server can be polled. */
export async function examineSources(api: Session['api']): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const { id, name, state, state_detail, last_poll } of everySource(api)) {
    const check = `source ${id}`
    const words = `${name}: ${state_detail}`
    if (state === 'failing') {
      // The state says what failed by itself, unless the last poll failed by something else.
      const error = last_poll?.error ?? ''
      const why = words.includes(error) ? '' : ` ${error}`
      findings.push(
        problem(
          check,
          `${words}${why}`,
          `Mend what is said there; "ringpost sources poll ${id}" tries it now.`,
        ),
      )
    } else if (state === 'needs_attention') {
      findings.push(
        problem(
          check,
          words,
          `Look at what is held back, then: ringpost sources accept ${id} --as events, or --as baseline.`,
        ),
      )
    } else findings.push(ok(check, words))
    for (const { message } of last_poll?.warnings ?? []) {
      findings.push(warning(check, message, `Nothing stops by it; "ringpost sources show ${id}" tells more.`))
    }
  }
  if (findings.length > 0) return findings
  return [
    warning(
      'sources',
      'The server has no source, so it watches nobody.',
      'Start it with ELEVENLABS_API_KEY, or: ringpost sources add <name> --key -',
    ),
  ]
}

import { type Answer, errorAnswer, html } from './answers.ts'
import type { ParsedFault } from './faults.ts'

/** What a fault answers with in place of the truth; null where it leaves the answer as it is. */
export function faultAnswer(fault: ParsedFault | null, otherHost: string): Answer | null {
  switch (fault?.kind) {
    case 'status': {
      const { shape, code, message, param, headers } = fault
      return errorAnswer(fault.status, {
        shape,
        headers,
        ...(code === undefined ? {} : { code }),
        ...(message === undefined ? {} : { message }),
        ...(param === undefined ? {} : { param }),
      })
    }
    case 'html':
      return html(fault.status, 'Just a moment...', fault.headers)
    case 'raw':
      return {
        status: fault.status,
        headers: { 'content-type': 'application/json', ...fault.headers },
        body: fault.body,
      }
    case 'redirect':
      return { status: fault.status, headers: { location: fault.location ?? otherHost }, body: '' }
    default:
      return null
  }
}

import { parseRetryAfter } from '../../http/retry-after.ts'
import type { Answer, Verdict } from '../kind.ts'
import { broken, later, limited, listOf, objectOf, parsed, reason, refused } from './answers.ts'

/** The limit of a day is counted over the last 24 hours: some is free again soon. */
const DAILY_LIMIT_MS = 3_600_000

/** Errors of the whole request that only a person can mend, and how. */
const BROKEN: Record<string, string> = {
  INVALID_FIELD: 'a field of the template is not there, or may not be written. Make it, or take it out',
  INVALID_TYPE: 'there is no such object, or the user may not see it',
  API_DISABLED_FOR_ORG: 'the edition of the org has no API',
  API_CURRENTLY_DISABLED: 'the API is switched off for the user',
  INSUFFICIENT_ACCESS: 'the user may not write these records',
  FUNCTIONALITY_NOT_ENABLED: 'the API is not enabled',
  INVALID_LOGIN: 'the user may not log in',
}
/** Errors of one record that pass by themselves. https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm */
const PASSING = [
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'REQUEST_RUNNING_TOO_LONG',
  'UNKNOWN_EXCEPTION',
  'LIMIT_EXCEEDED',
  'PROCESSING_HALTED',
]

/** What Salesforce's answers mean. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export function salesforceVerdict(answer: Answer, nowMs: number): Verdict | null {
  const { status, headers } = answer
  if (status === 300) {
    return refused(
      'Salesforce answered 300: several records have this external id. Make the field unique, and merge them.',
    )
  }
  if (status < 400 || status === 408) return null
  const body = parsed(answer)
  const first = objectOf(Array.isArray(body) ? body[0] : body)
  const code = typeof first.errorCode === 'string' ? first.errorCode : ''
  const said = reason(first.message)
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    return limited(
      'Salesforce has had as many requests as the org may make in 24 hours; the rest waits.',
      DAILY_LIMIT_MS,
    )
  }
  if (status === 429) {
    return limited(
      'Salesforce has had enough requests for now, and asked for patience.',
      parseRetryAfter(headers['retry-after'], nowMs),
    )
  }
  const oauth = typeof first.error === 'string' ? first.error : ''
  if (oauth !== '') {
    const why = reason(first.error_description)
    // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
    if (/^(unknown_error|temporarily_unavailable|server_error)$/.test(oauth) || status >= 500)
      return later(`Salesforce gave no access token (${oauth}). ${why}`.trim())
    return broken(
      `Salesforce gave no access token (${oauth}${why === '' ? '' : `: ${why}`}). Look whether the key and secret are those of the app, and the client credentials flow and its user are set.`,
    )
  }
  if (status === 401) {
    return broken(
      `Salesforce answered 401 to a fresh access token: the app or its user may not use the API. ${said}`.trim(),
    )
  }
  const broke = Object.hasOwn(BROKEN, code) ? BROKEN[code] : undefined
  if (broke !== undefined) return broken(`Salesforce answered ${code}: ${broke}. ${said}`.trim())
  // What stands before Salesforce says so with a page.
  if (status === 403 && code === '') return later('Salesforce answered 403, with no reason of its own.')
  if (status === 403) return broken(`Salesforce answered 403 and does not let the app in. ${said}`.trim())
  if (status === 404) {
    return broken(
      `Salesforce answered 404: the object or the external id field is not there, or the user may not see it. ${said}`.trim(),
    )
  }
  if (status === 400 || status === 409 || status === 413 || status === 414 || status === 431) {
    return refused(`Salesforce answered ${status} and does not take the record. ${said}`.trim())
  }
  return later(`Salesforce answered ${status}. ${said}`.trim())
}

/** What became of one record: null where it was taken. */
export function recordVerdict(result: Record<string, unknown>): Verdict | null {
  if (result.success === true) return null
  const errors = listOf(result.errors).map(objectOf)
  const codes = errors.map(({ statusCode }) => String(statusCode ?? 'no reason'))
  const said = errors.map(({ message }) => reason(message)).filter((text) => text !== '')
  const message = `Salesforce does not take the record: ${codes.join(', ') || 'it does not say why'}. ${said.join(' ')}`
  return codes.some((code) => PASSING.includes(code)) || codes.length === 0
    ? later(message.trim(), 'rejected')
    : refused(message.trim())
}

/** A record that is not there yet, and was to be made with less than it must have. */
export function lacksFields(result: Record<string, unknown>): boolean {
  return listOf(result.errors).some((error) => objectOf(error).statusCode === 'REQUIRED_FIELD_MISSING')
}

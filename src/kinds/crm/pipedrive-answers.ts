import { parseRetryAfter } from '../../http/retry-after.ts'
import type { Answer, Verdict } from '../kind.ts'
import { broken, later, limited, objectOf, parsed, reason, refused } from './answers.ts'

const BURST_MS = 2_000
const DAILY_LIMIT_MS = 3_600_000

/**
 * What Pipedrive's answers mean. https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes and
 * https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
 */
export function pipedriveVerdict(answer: Answer, nowMs: number): Verdict | null {
  const { status, headers } = answer
  if (status < 400 || status === 408) return null
  const { error, code } = objectOf(parsed(answer))
  const said = reason(error)
  if (status === 429) {
    const daily = headers['x-daily-requests-left'] === '0' || headers['x-ratelimit-daily-remaining'] === '0'
    const asked =
      parseRetryAfter(headers['retry-after'], nowMs) ?? parseRetryAfter(headers['x-ratelimit-reset'], nowMs)
    return limited(
      daily
        ? 'Pipedrive has had as much as the company may ask for in a day; the rest waits.'
        : 'Pipedrive has had enough requests for now, and asked for patience.',
      daily ? Math.max(asked ?? 0, DAILY_LIMIT_MS) : (asked ?? BURST_MS),
    )
  }
  if (status === 401) {
    return broken(
      'Pipedrive answered 401: the API token is not valid, or not any more. Copy it again from Personal preferences, API, set it, and enable the endpoint.',
    )
  }
  if (status === 402) {
    return broken(
      `Pipedrive answered 402: the company’s account is not paid for, or suspended. ${said}`.trim(),
    )
  }
  if (status === 403) {
    // Who asks too much too often is kept out for a while by what stands before the API, with a page and no JSON.
    if (error === undefined)
      return limited('Pipedrive keeps requests out for a while, after too many.', 60_000)
    const full = typeof code === 'string' && code.startsWith('feature_capping')
    return full
      ? refused(`Pipedrive answered 403: the plan’s limit is reached. ${said}`.trim())
      : broken(`Pipedrive answered 403: the user of the token may not do this. ${said}`.trim())
  }
  if (status === 404 || status === 410) {
    return refused(`Pipedrive answered ${status}: the person is not there any more. ${said}`.trim())
  }
  if (status < 500)
    return refused(`Pipedrive answered ${status} and does not take the person. ${said}`.trim())
  return later(`Pipedrive answered ${status}. ${said}`.trim())
}

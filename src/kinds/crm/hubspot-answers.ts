import { parseRetryAfter } from '../../http/retry-after.ts'
import type { Answer, Verdict } from '../kind.ts'
import { broken, later, limited, listOf, objectOf, parsed, reason, refused } from './answers.ts'

/** How long to leave HubSpot alone where it does not say (ms): its short limits are of ten seconds, the other of a day. */
const SHORT_LIMIT_MS = 10_000
const DAILY_LIMIT_MS = 3_600_000

/**
 * What HubSpot's answers mean. https://developers.hubspot.com/docs/api-reference/error-handling and
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function hubspotVerdict(answer: Answer, nowMs: number): Verdict | null {
  const { status, headers } = answer
  if (status < 400 || status === 408) return null
  const body = objectOf(parsed(answer))
  if (status === 429) {
    const daily = body.policyName === 'DAILY'
    const said = daily
      ? 'HubSpot has had as many requests as it takes in a day; the rest waits. Its limit counts all apps of the account.'
      : 'HubSpot has had enough requests for now, and asked for patience.'
    const asked = parseRetryAfter(headers['retry-after'], nowMs)
    return limited(said, asked ?? (daily ? DAILY_LIMIT_MS : SHORT_LIMIT_MS))
  }
  if (status === 401) {
    return broken(
      'HubSpot answered 401: the access token is not valid, or not any more. Copy it again from the app, set it, and enable the endpoint.',
    )
  }
  if (status === 403) {
    const scopes = /MISSING_SCOPES/.test(answer.body)
    return broken(
      scopes
        ? 'HubSpot answered 403: the app lacks a scope. Give it crm.objects.contacts.write, crm.objects.contacts.read and crm.schemas.contacts.read.'
        : `HubSpot answered 403 and does not let the app in. ${reason(body.message)}`.trim(),
    )
  }
  const missing = missingProperties(answer)
  if (missing.length > 0) {
    return broken(
      `HubSpot has no contact property ${missing.join(', ')}. Make it, or take it out of the template, and enable the endpoint.`,
    )
  }
  if (
    /unique/i.test(String(body.message)) &&
    /idProperty|unique (?:identifier )?property/i.test(answer.body)
  ) {
    return broken(
      `HubSpot cannot find contacts by the property that is set: it must have unique values. ${reason(body.message)}`,
    )
  }
  if (status === 400 || status === 409 || status === 413 || status === 414) {
    return refused(`HubSpot answered ${status} and does not take the contact. ${reason(body.message)}`.trim())
  }
  // 423 is an account that is busy with something large, 477 one that moves to another place.
  return later(`HubSpot answered ${status}. ${reason(body.message)}`.trim())
}

/** Properties that a request named and that there are not. */
export function missingProperties(answer: Answer): string[] {
  const names = new Set<string>()
  for (const [, name = ''] of answer.body.matchAll(/Property \\?"([\w-]+)\\?" does not exist/g))
    names.add(name)
  const { errors } = objectOf(parsed(answer))
  for (const error of listOf(errors)) {
    const { code, context } = objectOf(error)
    if (code !== 'PROPERTY_DOESNT_EXIST') continue
    for (const name of listOf(objectOf(context).propertyName)) if (typeof name === 'string') names.add(name)
  }
  return [...names]
}

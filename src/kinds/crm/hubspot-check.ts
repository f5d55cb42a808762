import type { ExchangeRequest, Talk } from '../exchange.ts'
import type { Answer } from '../kind.ts'
import { listOf, objectOf, parsed, refused, resultOf, SUCCEEDED } from './answers.ts'

/** https://developers.hubspot.com/docs/api-reference/2026-03/crm/properties/batch/get-properties */
const PATH = '/crm/properties/2026-03/contacts/batch/read'

/**
 * The test of an endpoint: whether HubSpot lets us in, has all properties that contacts are given, and has unique
 * values in the one that they are found by. It makes no contact.
 */
export function* checkProperties(
  { settle }: Talk,
  ask: { headers: Record<string, string>; idProperty: string; names: readonly string[] },
): Generator<ExchangeRequest, void, Answer> {
  const { headers, idProperty } = ask
  const names = [...new Set([idProperty, ...ask.names])]
  const body = JSON.stringify({ archived: false, inputs: names.map((name) => ({ name })) })
  const answer = yield { method: 'POST', path: PATH, headers, contentType: 'application/json', body }
  if (answer.status !== 200 && answer.status !== 207) return
  const read = listOf(objectOf(parsed(answer)).results).map(objectOf)
  const missing = names.filter((name) => !read.some((property) => property.name === name))
  const isUnique = read.some(({ name, hasUniqueValue }) => name === idProperty && hasUniqueValue === true)
  const verdict =
    missing.length > 0
      ? refused(
          `HubSpot has no contact property ${missing.join(', ')}. Make it in Settings, Properties, Contact properties; docs/destinations/hubspot.md has one command for all.`,
        )
      : isUnique
        ? SUCCEEDED
        : refused(
            `The contact property ${idProperty} does not have unique values, so HubSpot cannot find contacts by it. Make another one with “Require unique values for this property”, which cannot be changed afterwards.`,
          )
  settle(0, resultOf(verdict, body, answer.body))
}

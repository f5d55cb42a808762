import type { Attempt } from '../types.ts'

const MASK = '••••'
/** What is shorter would be found by chance, and is no secret. */
const SHORTEST = 6

/**
 * Takes what is secret of an endpoint out of a response: receivers that answer with what they were sent
 * (echo services, error pages of frameworks) would put them in the log of deliveries.
 *
 * @param values of headers and whatever else is secret, in clear text; of `Bearer abc…`, the part behind the scheme is masked by itself
 */
export function maskEchoes(response: Attempt['response'], values: readonly string[]): Attempt['response'] {
  if (response === null) return response
  const mask = createMask(values)
  const headers = Object.entries(response.headers).map(([name, value]) => [
    name,
    // Cookies are the receiver's own secrets.
    name === 'set-cookie' ? MASK : mask(value),
  ])
  return { ...response, headers: Object.fromEntries(headers), body: mask(response.body) }
}

/** Makes what takes what is secret out of any text. */
export function createMask(values: readonly string[]): (text: string) => string {
  const hidden = [...new Set(values.flatMap(formsOf))]
    .filter((one) => one.length >= SHORTEST)
    // The longest first, so that no part of one is left beside the mask of another.
    .sort((a, b) => b.length - a.length)
  return (text) => hidden.reduce((masked, one) => masked.replaceAll(one, MASK), text)
}

/** A value, its last word, and both as they stand in JSON. */
function formsOf(value: string): string[] {
  const texts = [value, value.slice(value.lastIndexOf(' ') + 1)]
  return [...texts, ...texts.map((text) => JSON.stringify(text).slice(1, -1))]
}

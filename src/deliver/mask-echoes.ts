import type { Attempt } from '../types.ts'
import { keepHeaders } from './keep-headers.ts'

const MASK = '••••'
/** What is shorter would be found by chance, and is no secret. */
const SHORTEST = 6

/** Takes what is secret of an endpoint out of a text. */
export type Mask = (text: string) => string

/**
 * Makes what takes secrets of an endpoint out of texts: receivers that answer with what they were sent (echo services,
 * error pages of frameworks) would put them in the log of deliveries.
 *
 * @param values of headers and whatever else is secret, in clear text; of `Bearer abc…`, the part behind the scheme is masked by itself
 */
export function createMask(values: readonly string[]): Mask {
  const hidden = [...new Set(values.flatMap(formsOf))]
    .filter((text) => text.length >= SHORTEST)
    // The longest first, so that no part of one is left beside the mask of another.
    .sort((a, b) => b.length - a.length)
  if (hidden.length === 0) return (text) => text
  return (text) =>
    maskEnd(
      hidden.reduce((masked, one) => masked.replaceAll(one, MASK), text),
      hidden,
    )
}

/** A response as the log keeps it: without secrets, and with as many headers as it has room for. */
export function maskEchoes(response: Attempt['response'], mask: Mask): Attempt['response'] {
  if (response === null) return response
  const headers = Object.entries(response.headers).map(([name, value]): [string, string] => [
    mask(name),
    // Cookies are the receiver's own secrets.
    name === 'set-cookie' ? MASK : mask(value),
  ])
  return { ...response, headers: keepHeaders(headers), body: mask(response.body) }
}

/** A value, its last word, and both as they stand in JSON and in URLs. */
function formsOf(value: string): string[] {
  const texts = [value, value.slice(value.lastIndexOf(' ') + 1)]
  return texts.flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
  ])
}

/** Of a body only so much is kept: where that ends in the middle of a secret, its beginning is masked too. */
function maskEnd(text: string, hidden: readonly string[]): string {
  for (const one of hidden) {
    for (let length = one.length - 1; length >= SHORTEST; length--) {
      if (text.endsWith(one.slice(0, length))) return text.slice(0, -length) + MASK
    }
  }
  return text
}

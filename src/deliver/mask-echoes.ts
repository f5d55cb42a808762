import type { Attempt } from '../types.ts'
import { keepHeaders } from './keep-headers.ts'
import { base64Of, endOf, type Spelled, spelled } from './spellings.ts'

const MASK = '••••'
/** What is shorter would be found by chance, and is no secret. */
const SHORTEST = 6
/** Comparisons of one text, and more for each of its characters: far more than a text needs that was not made for it. */
const MOST_STEPS = 100_000
const STEPS_PER_CHARACTER = 16

/** Takes what is secret of an endpoint out of a text. */
export type Mask = (text: string) => string

/**
 * Makes what takes secrets of an endpoint out of texts: receivers that answer with what they were sent (echo services,
 * error pages of frameworks) would put them in the log of deliveries.
 *
 * @param values of headers and whatever else is secret, in clear text; of `Bearer abc…`, the part behind the scheme is masked by itself
 */
export function createMask(values: readonly string[]): Mask {
  const texts = [...new Set(values.flatMap(textsOf))].filter((text) => text.length >= SHORTEST)
  const hidden = [...new Set(texts.flatMap((text) => [text, ...base64Of(text)]))]
    .filter((text) => text.length >= SHORTEST)
    .map(spelled)
  if (hidden.length === 0) return (text) => text
  const beginnings = beginningsOf(hidden)

  return (text) => {
    const steps = { left: MOST_STEPS + STEPS_PER_CHARACTER * text.length }
    let masked = ''
    let hiddenTo = 0
    beginnings.lastIndex = 0
    for (let found = beginnings.exec(text); found !== null; found = beginnings.exec(text)) {
      const at = found.index
      beginnings.lastIndex = at + 1
      let end = -1
      for (const one of hidden) end = Math.max(end, endOf(one, { text, at, least: SHORTEST, steps }))
      // Rather none of a text than part of a secret.
      if (steps.left < 0) return MASK
      if (end === -1) continue
      // What overlaps is one.
      if (at >= hiddenTo) masked += text.slice(hiddenTo, at) + MASK
      hiddenTo = Math.max(hiddenTo, end)
    }
    return masked + text.slice(hiddenTo)
  }
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

/** A value, its last word, and what is in the credentials of HTTP Basic. */
function textsOf(value: string): string[] {
  const word = value.slice(value.lastIndexOf(' ') + 1)
  if (!/^basic /i.test(value)) return [value, word]
  const pair = Buffer.from(word, 'base64').toString()
  return [value, word, pair, pair.slice(pair.indexOf(':') + 1)]
}

/** Finds where one of them may begin, which is in few places of a text. */
function beginningsOf(hidden: readonly Spelled[]): RegExp {
  const firsts = hidden.flatMap(([first]) => first?.spellings ?? [])
  const texts = new Set(firsts.map((text) => text.slice(0, SHORTEST)))
  const literal = (text: string) =>
    text.replace(/[^A-Za-z0-9]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return new RegExp([...texts].map(literal).join('|'), 'g')
}

import { maskUrl } from '../deliver/mask-url.ts'
import { RingpostError } from '../errors.ts'
import type { Kind } from '../kinds/kind.ts'

const MASK = '••••'

/** What leads to an endpoint, in clear text; the URL is null where the kind makes it of its settings. */
export interface Route {
  url: string | null
  settings: Readonly<Record<string, string>>
}

/** Where requests to an endpoint go. */
export function addressOf(kind: Kind, { url, settings }: Route): string {
  return kind.addressOf?.(settings) ?? url ?? ''
}

/**
 * @param checkUrl throws where a URL can never be delivered to
 * @throws RingpostError `url_refused`, also where it can be reached and is nothing that takes this kind
 */
export function checkAddress(kind: Kind, route: Route, checkUrl: (url: string) => void): void {
  const address = addressOf(kind, route)
  checkUrl(address)
  const refusal = kind.refusal?.(new URL(address)) ?? null
  if (refusal !== null) throw new RingpostError('url_refused', refusal)
}

/** An address as it may be shown: without what is secret in it, and where all of it is, with its origin alone. */
export function shownAddress(kind: Kind, route: Route): string {
  const address = addressOf(kind, route)
  if (!kind.secretUrl) return address
  const masked = secretSettings(kind, route.settings).reduce(
    (text, secret) => text.replaceAll(secret, MASK),
    maskUrl(address),
  )
  return masked === address ? `${new URL(address).origin}/${MASK}` : masked
}

/** Texts that may stand in no log and no answer, should a receiver send them back. */
export function hiddenTexts(kind: Kind, route: Route): string[] {
  if (!kind.secretUrl) return []
  const { pathname, search } = new URL(addressOf(kind, route))
  return [...secretSettings(kind, route.settings), pathname + search, pathname]
}

function secretSettings(kind: Kind, settings: Readonly<Record<string, string>>): string[] {
  return kind.fields.flatMap(({ name, secret }) => {
    const value = settings[name]
    return secret && value ? [value] : []
  })
}

import { isIP } from 'node:net'
import { classifyAddress } from '../deliver/guard/address.ts'
import { isLocalhost } from '../deliver/guard/localhost.ts'
import { maskUrl } from '../deliver/mask-url.ts'
import { type FieldError, RingpostError } from '../errors.ts'
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
  checkHost(kind, new URL(address).hostname)
  const refusal = kind.refusal?.(new URL(address)) ?? null
  if (refusal !== null) throw new RingpostError('url_refused', refusal)
}

/**
 * A kind that sends a token has the hosts of its service, and beside them what stands in for it in a network of
 * one's own: a literal address, which `checkUrl` has let pass.
 */
function checkHost({ hosts }: Kind, hostname: string): void {
  if (hosts === undefined || hosts.official.test(hostname)) return
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isLocalhost(host) || (isIP(host) !== 0 && !classifyAddress(host, []).allowed)) return
  const path = `settings.${hosts.setting}`
  throw new RingpostError('url_refused', `${path} ${hosts.message}.`, {
    fields: [{ path, message: hosts.message }],
  })
}

/**
 * The secrets of a kind that would go along to another host. They go there only with whoever has them: who may change
 * an endpoint may not read its secrets, and could otherwise have them sent to a host of their own.
 *
 * @param given the settings of the change
 */
export function keptSecrets(
  kind: Kind,
  {
    before,
    after,
    given,
  }: { before: Route; after: Route; given: Readonly<Record<string, string | null>> | null },
): FieldError[] {
  const originOf = (route: Route) => URL.parse(addressOf(kind, route))?.origin
  if (originOf(before) === originOf(after)) return []
  return kind.fields.flatMap(({ name, secret }) =>
    secret && before.settings[name] && typeof given?.[name] !== 'string'
      ? [{ path: `settings.${name}`, message: 'must be given again, for it would go to another host' }]
      : [],
  )
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
  if (!kind.secretUrl) return secretSettings(kind, route.settings)
  const { pathname, search } = new URL(addressOf(kind, route))
  return [...secretSettings(kind, route.settings), pathname + search, pathname]
}

function secretSettings(kind: Kind, settings: Readonly<Record<string, string>>): string[] {
  return kind.fields.flatMap(({ name, secret }) => {
    const value = settings[name]
    return secret && value ? [value] : []
  })
}

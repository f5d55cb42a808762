import type { Kind } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import { remember } from '../secrets/remember.ts'
import { type Signing, signingOf } from '../secrets/signing-secret.ts'
import type { EndpointRecord } from './endpoint-record.ts'
import type { SealedSecret } from './signing-secrets.ts'

interface Vault {
  seal(plaintext: string, context: string): string
  open(sealed: string, context: string): string
}

/** What of an endpoint is sealed, each for its own place, so that a value moved elsewhere does not open. */
export function createEndpointSeals(vault: Vault) {
  // Each attempt needs them in clear text, and opening one costs more than signing does.
  const openAt = remember(5_000, (place: string) => {
    const gap = place.indexOf(' ')
    return vault.open(place.slice(0, gap), place.slice(gap + 1))
  })
  const open = (sealed: string, context: string) => openAt(`${sealed} ${context}`)
  const ofSecret = (id: string) => `endpoint:${id}:secret`
  const ofHeader = (id: string, name: string) => `endpoint:${id}:header:${name}`
  const ofSetting = (id: string, name: string) => `endpoint:${id}:setting:${name}`
  const ofUrl = (id: string) => `endpoint:${id}:url`

  function sealHeaders<Value extends string | null>(id: string, headers: Record<string, Value>) {
    const sealed = Object.entries(headers).map(([name, value]) => [
      name,
      value === null ? null : vault.seal(value, ofHeader(id, name)),
    ])
    return Object.fromEntries(sealed) as Record<string, Value extends null ? string | null : string>
  }

  function openHeaders(id: string, headers: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, sealed]) => [name, open(sealed, ofHeader(id, name))]),
    )
  }

  /** Of the settings of a kind, those that are secret; the others are left as they are. */
  function mapSecrets(
    kind: Kind,
    settings: Readonly<Record<string, string>>,
    map: (value: string, name: string) => string,
  ): Record<string, string> {
    const isSecret = (name: string) => kind.fields.some((field) => field.name === name && field.secret)
    const mapped = Object.entries(settings).map(([name, value]) => [
      name,
      isSecret(name) ? map(value, name) : value,
    ])
    return Object.fromEntries(mapped)
  }

  function sealSettings(id: string, kind: Kind, settings: Readonly<Record<string, string>>) {
    return mapSecrets(kind, settings, (value, name) => vault.seal(value, ofSetting(id, name)))
  }

  function openSettings(id: string, kind: Kind, settings: Readonly<Record<string, string>>) {
    return mapSecrets(kind, settings, (sealed, name) => open(sealed, ofSetting(id, name)))
  }

  const sealUrl = (id: string, url: string) => vault.seal(url, ofUrl(id))
  const openUrl = (id: string, sealed: string) => open(sealed, ofUrl(id))

  function sealSecret(id: string, secret: string): { sealed: string; signing: Signing } {
    return { sealed: vault.seal(secret, ofSecret(id)), signing: signingOf(secret) }
  }

  function openSecret(id: string, { sealed }: SealedSecret): string {
    return open(sealed, ofSecret(id))
  }

  return {
    sealHeaders,
    openHeaders,
    sealSettings,
    openSettings,
    sealUrl,
    openUrl,
    sealSecret,
    openSecret,

    /** The same record, with everything that is sealed sealed anew. */
    reseal(record: EndpointRecord): EndpointRecord {
      const { id, sealed_url = null, settings = {} } = record
      const kind = kindOf(record.kind)
      return {
        ...record,
        sealed_url: sealed_url === null ? null : sealUrl(id, openUrl(id, sealed_url)),
        settings: sealSettings(id, kind, openSettings(id, kind, settings)),
        headers: sealHeaders(id, openHeaders(id, record.headers)),
        secrets: record.secrets.map((one) => ({ ...one, ...sealSecret(id, openSecret(id, one)) })),
      }
    },
  }
}

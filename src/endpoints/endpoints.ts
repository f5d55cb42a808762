import { type FieldError, RingpostError } from '../errors.ts'
import { randomId } from '../ids.ts'
import type { Kind } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { Records } from '../redis/records.ts'
import type { Signing } from '../secrets/signing-secret.ts'
import type { UnixMs } from '../types.ts'
import { changedHeaders, changedSettings, withFieldDefaults } from './changed-fields.ts'
import { kindProblems } from './check-kind.ts'
import {
  addressOf,
  checkAddress,
  hiddenTexts,
  keptSecrets,
  type Route,
  shownAddress,
} from './endpoint-address.ts'
import type { EndpointPatch, EndpointRecord, EndpointTarget, NewEndpoint } from './endpoint-record.ts'
import { createEndpointSeals } from './endpoint-seals.ts'
import { rotateSecrets, validSecrets } from './signing-secrets.ts'

export type {
  EndpointInput,
  EndpointPatch,
  EndpointRecord,
  EndpointTarget,
  NewEndpoint,
} from './endpoint-record.ts'

interface Vault {
  seal(plaintext: string, context: string): string
  open(sealed: string, context: string): string
}

/** Endpoints: what is subscribed to which events. Every change is a compare-and-set of the whole record. */
export function createEndpoints(deps: {
  records: Records<EndpointRecord>
  vault: Vault
  /** Throws where a URL can never be delivered to. */
  checkUrl: (url: string) => void
  createSecret: (signing: Signing) => string
  /**
   * Told before a disabled endpoint is enabled, or one has another URL: what failed before says nothing any more.
   * Whatever was read of the endpoint before has an older `updated_at` than the time given.
   */
  onFreshStart?: (endpointId: string, freshAt: UnixMs) => Promise<void>
  /** By the clock that numbers events; a new endpoint gets none that has an earlier time. */
  serverTime: () => Promise<UnixMs>
  now: () => UnixMs
}) {
  const { records, now } = deps
  const seals = createEndpointSeals(deps.vault)
  const iso = () => new Date(now()).toISOString()
  /** When a record is changed: later than the last time, by whatever clock that was, so that it tells versions apart. */
  const changedAt = (before: Pick<EndpointRecord, 'updated_at'>) =>
    Math.max(now(), Date.parse(before.updated_at) + 1)
  const isoAfter = (before: Pick<EndpointRecord, 'updated_at'>) => new Date(changedAt(before)).toISOString()

  async function find(id: string): Promise<EndpointRecord | null> {
    const stored = await records.get(id)
    return stored && withDefaults(stored)
  }

  /** A record goes with many deliveries, and never changes. */
  const targets = new WeakMap<EndpointRecord, EndpointTarget>()

  function targetOf(endpoint: EndpointRecord): EndpointTarget {
    const { id, format, template } = endpoint
    const kind = kindOf(endpoint.kind)
    const route = routeOf(endpoint)
    return {
      id,
      url: addressOf(kind, route),
      shownUrl: endpoint.url,
      settings: withFieldDefaults(kind, route.settings),
      format,
      template,
      headers: seals.openHeaders(id, endpoint.headers),
      secrets: validSecrets(endpoint.secrets, now()).map((secret) => seals.openSecret(id, secret)),
      hidden: hiddenTexts(kind, route),
    }
  }

  async function get(id: string): Promise<EndpointRecord> {
    const endpoint = await find(id)
    if (endpoint === null || endpoint.deleted_at !== null) throw unknownEndpoint(id)
    return endpoint
  }

  async function everKnown(): Promise<EndpointRecord[]> {
    return (await records.all()).map(withDefaults)
  }

  /** Changes an endpoint that there is, and forgets its secrets that have expired. */
  async function update(
    id: string,
    change: (before: EndpointRecord) => Partial<EndpointRecord>,
  ): Promise<EndpointRecord> {
    let found = false
    const after = await records.update(id, (stored) => {
      found = stored !== null && stored.deleted_at === null
      if (!found || stored === null) return undefined
      const before = withDefaults(stored)
      const changes = change(before)
      const secrets = changes.secrets ?? validSecrets(before.secrets, now())
      return { ...before, updated_at: isoAfter(before), ...changes, secrets }
    })
    if (!found || after === null) throw unknownEndpoint(id)
    return after
  }

  function routeOf(endpoint: EndpointRecord): Route {
    const { id, url, sealed_url, settings } = endpoint
    const kind = kindOf(endpoint.kind)
    const own = kind.addressOf === undefined ? url : null
    return {
      url: sealed_url === null ? own : seals.openUrl(id, sealed_url),
      settings: seals.openSettings(id, kind, settings),
    }
  }

  /** What of a record leads to the endpoint. */
  function sealedRoute(id: string, kind: Kind, route: Route) {
    const { url, settings } = route
    return {
      url: shownAddress(kind, route),
      sealed_url: kind.secretUrl && url !== null ? seals.sealUrl(id, url) : null,
      settings: seals.sealSettings(id, kind, settings),
    }
  }

  return {
    get,

    /** Also a deleted one; null where there never was one. */
    find,

    /** Also the deleted ones, whose deliveries are still in the log. */
    everKnown,

    /** Of all of those. */
    ids: (): Promise<string[]> => records.ids(),

    /** Oldest first. */
    async list(): Promise<EndpointRecord[]> {
      return (await everKnown())
        .filter((endpoint) => endpoint.deleted_at === null)
        .sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    },

    /**
     * @param chosenId in place of a random one; an endpoint that has it already is left as it is, unless it was deleted
     * @returns the endpoint, and its signing secret for this one time; null where its kind is not signed
     * @throws RingpostError `url_refused`; `bad_request` where something does not fit the kind
     */
    async create(
      input: NewEndpoint,
      chosenId?: string,
    ): Promise<{ endpoint: EndpointRecord; secret: string | null }> {
      const { signing, secret: own, headers, settings = {}, url, ...plain } = input
      const { format = 'standard', template = null } = plain
      const kind = kindOf(input.kind ?? 'webhook')
      const asked = signing !== undefined || own !== undefined
      refuse(kindProblems(kind, { url, settings, template, format, signing: asked }))
      const route = { url: url ?? null, settings }
      checkAddress(kind, route, deps.checkUrl)
      const secret = kind.webhook ? (own ?? deps.createSecret(signing ?? 'hmac-sha256')) : null
      await records.refuseMore('endpoints')
      const id = chosenId ?? randomId('ep')
      // One that was deleted may have left failures behind.
      if (chosenId !== undefined) await deps.onFreshStart?.(id, now())
      // Before it is there, so that it gets whatever is told after that.
      const created_at = new Date(await deps.serverTime()).toISOString()
      const endpoint: EndpointRecord = {
        filter: null,
        ...plain,
        ...sealedRoute(id, kind, route),
        id,
        kind: input.kind ?? 'webhook',
        format,
        template,
        rate_limit: plain.rate_limit ?? kind.defaults.rate_limit,
        event_types: eventTypesOf(kind, plain.event_types),
        headers: seals.sealHeaders(id, headers),
        disabled_reason: null,
        secrets: secret === null ? [] : [{ ...seals.sealSecret(id, secret), expires_at: null }],
        created_at,
        updated_at: iso(),
        deleted_at: null,
      }
      const stored = await records.update(id, (before) => {
        return before !== null && before.deleted_at === null ? undefined : endpoint
      })
      return { endpoint: stored ?? endpoint, secret }
    },

    /**
     * Changes what is given and leaves the rest; headers and settings are changed one by one.
     *
     * @throws RingpostError `url_refused`; `bad_request` where something does not fit the kind, or there would be too many headers
     */
    async patch(id: string, input: EndpointPatch): Promise<EndpointRecord> {
      const { headers, url, settings, ...plain } = input
      const current = await get(id)
      const kind = kindOf(current.kind)
      const before = routeOf(current)
      const after = {
        url: url ?? before.url,
        settings: settings === undefined ? before.settings : changedSettings(before.settings, settings),
      }
      const { template = current.template, format = current.format } = plain
      const given = {
        url: url ?? before.url ?? undefined,
        settings: after.settings,
        template,
        format,
        signing: false,
      }
      // What was right when it was made keeps nobody from changing something else.
      const isOfKind = [url, settings, plain.template, plain.format].some((one) => one !== undefined)
      if (isOfKind) refuse(kindProblems(kind, given))
      refuse(keptSecrets(kind, { before, after, given: settings ?? {} }))
      const moves = addressOf(kind, after) !== addressOf(kind, before)
      if (moves || url !== undefined) checkAddress(kind, after, deps.checkUrl)
      const sealed = seals.sealHeaders(id, headers ?? {})
      const enables = input.enabled === true && !current.enabled
      // Before and not after: a crash in between leaves an endpoint without failures, which harms nobody.
      if (enables || moves) await deps.onFreshStart?.(id, changedAt(current))
      return update(id, (stored) => ({
        ...plain,
        ...(url === undefined && settings === undefined ? {} : sealedRoute(id, kind, after)),
        ...(plain.rate_limit === null ? { rate_limit: kind.defaults.rate_limit } : {}),
        ...(plain.event_types === undefined ? {} : { event_types: eventTypesOf(kind, plain.event_types) }),
        ...(headers === undefined
          ? {}
          : { headers: headers === null ? {} : changedHeaders(stored.headers, sealed) }),
        ...(plain.enabled === undefined ? {} : { disabled_reason: null }),
      }))
    },

    /** Hides the endpoint and forgets its secrets; what still waits for it ends as skipped. */
    async delete(id: string): Promise<void> {
      const nothing = { secrets: [], headers: {}, settings: {}, sealed_url: null }
      await update(id, () => ({ enabled: false, deleted_at: iso(), ...nothing }))
    },

    /** Forgets a deleted endpoint altogether. */
    async forget(id: string): Promise<void> {
      await records.update(id, (endpoint) => (endpoint?.deleted_at ? null : undefined))
    },

    /**
     * Switches an endpoint off for a reason that people are told, unless it was changed since it was seen: what was
     * sent to it before says nothing of what it is now.
     */
    async disable(seen: Pick<EndpointRecord, 'id' | 'updated_at'>, reason: string): Promise<void> {
      await records.update(seen.id, (before) =>
        before?.enabled && before.updated_at === seen.updated_at
          ? { ...before, enabled: false, disabled_reason: reason, updated_at: isoAfter(before) }
          : undefined,
      )
    },

    /**
     * Gives an endpoint a new signing secret, in place of the present ones when the overlap has passed.
     *
     * @param options.secret one of its own; without it one is made, of the present kind or as `signing` says
     * @returns the endpoint, and the new secret for this one time
     * @throws RingpostError `bad_request` where it has this secret already, or its kind is not signed
     */
    async rotateSecret(
      id: string,
      options: { overlapMs: number; secret?: string; signing?: Signing },
    ): Promise<{ endpoint: EndpointRecord; secret: string }> {
      const current = await get(id)
      if (!kindOf(current.kind).webhook) throw notSigned(current)
      const signing = options.signing ?? signingOfEndpoint(current)
      const secret = options.secret ?? deps.createSecret(signing)
      const fresh = seals.sealSecret(id, secret)
      const endpoint = await update(id, (before) => {
        if (validSecrets(before.secrets, now()).some((one) => seals.openSecret(id, one) === secret)) {
          throw new RingpostError('bad_request', 'secret is one that the endpoint has already.', {
            fields: [{ path: 'secret', message: 'is one that the endpoint has already' }],
          })
        }
        return { secrets: rotateSecrets(before.secrets, fresh, { now: now(), overlapMs: options.overlapMs }) }
      })
      return { endpoint, secret }
    },

    /** Everything that a request is made from, in clear text; for sending only. */
    target(endpoint: EndpointRecord): EndpointTarget {
      const known = targets.get(endpoint)
      if (known !== undefined) return known
      const target = targetOf(endpoint)
      // A secret that ends does so by itself.
      if (endpoint.secrets.every(({ expires_at }) => expires_at === null)) targets.set(endpoint, target)
      return target
    },

    /** What leads to an endpoint as it was set, in clear text. */
    routeOf,

    /**
     * Seals every secret anew, for a vault that seals with another key than it once did.
     *
     * @param onEach after each endpoint
     */
    async reseal(onEach: (id: string) => void | Promise<void>): Promise<void> {
      for (const { id } of await records.all()) {
        await records.update(id, (before) => (before === null ? undefined : seals.reseal(before)))
        await onEach(id)
      }
    },
  }
}

export type Endpoints = ReturnType<typeof createEndpoints>

/** How the endpoint's next requests are signed: as its newest secret says. */
export function signingOfEndpoint(endpoint: Pick<EndpointRecord, 'secrets'>): Signing {
  return endpoint.secrets[0]?.signing ?? 'hmac-sha256'
}

/** Fields that a record of an earlier version does not have. */
function withDefaults(stored: EndpointRecord): EndpointRecord {
  return {
    ...stored,
    filter: stored.filter ?? null,
    rate_limit: stored.rate_limit ?? null,
    sealed_url: stored.sealed_url ?? null,
    settings: stored.settings ?? {},
    format: stored.format ?? 'standard',
    template: stored.template ?? null,
  }
}

/** Where a kind knows better than every `user.*` event. */
function eventTypesOf(kind: Kind, given: string[] | null): string[] | null {
  const { event_types: own } = kind.defaults
  return given?.length || own === undefined ? given : [...own]
}

function refuse(fields: FieldError[]): void {
  if (fields[0] === undefined) return
  const sentences = fields.map(({ path, message }) => `${path} ${message}`)
  throw new RingpostError('bad_request', `${sentences.join('; ')}.`, { fields })
}

function notSigned({ id, kind }: EndpointRecord): RingpostError {
  return new RingpostError('bad_request', `Requests to ${id} are not signed: ${kind} has no secret.`)
}

function unknownEndpoint(id: string): RingpostError {
  return new RingpostError('not_found', `There is no endpoint ${id}. GET /v1/endpoints lists them.`)
}

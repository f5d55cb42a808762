import { RingpostError } from '../errors.ts'
import { randomId } from '../ids.ts'
import type { Records } from '../redis/records.ts'
import type { Signing } from '../secrets/signing-secret.ts'
import type { UnixMs } from '../types.ts'
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

/** Headers of an endpoint, after a change too. */
export const MOST_HEADERS = 30

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
  /** Told before a disabled endpoint is enabled, or one has another URL: what failed before says nothing any more. */
  onFreshStart?: (endpointId: string) => Promise<void>
  now: () => UnixMs
}) {
  const { records, now } = deps
  const seals = createEndpointSeals(deps.vault)
  const iso = () => new Date(now()).toISOString()

  async function find(id: string): Promise<EndpointRecord | null> {
    const stored = await records.get(id)
    return stored && withDefaults(stored)
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
      return { ...before, updated_at: iso(), ...changes, secrets }
    })
    if (!found || after === null) throw unknownEndpoint(id)
    return after
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
     * @returns the endpoint, and its signing secret for this one time
     */
    async create(
      input: NewEndpoint,
      chosenId?: string,
    ): Promise<{ endpoint: EndpointRecord; secret: string }> {
      const { signing = 'hmac-sha256', secret = deps.createSecret(signing), headers, ...plain } = input
      deps.checkUrl(input.url)
      await records.refuseMore('endpoints')
      const id = chosenId ?? randomId('ep')
      // One that was deleted may have left failures behind.
      if (chosenId !== undefined) await deps.onFreshStart?.(id)
      const endpoint: EndpointRecord = {
        filter: null,
        rate_limit: null,
        ...plain,
        id,
        kind: 'webhook',
        headers: seals.sealHeaders(id, headers),
        disabled_reason: null,
        secrets: [{ ...seals.sealSecret(id, secret), expires_at: null }],
        created_at: iso(),
        updated_at: iso(),
        deleted_at: null,
      }
      const stored = await records.update(id, (before) => {
        return before !== null && before.deleted_at === null ? undefined : endpoint
      })
      return { endpoint: stored ?? endpoint, secret }
    },

    /**
     * Changes what is given and leaves the rest; headers are changed one by one.
     *
     * @throws RingpostError `bad_request` where there would be too many headers
     */
    async patch(id: string, input: EndpointPatch): Promise<EndpointRecord> {
      if (input.url !== undefined) deps.checkUrl(input.url)
      const { headers, ...plain } = input
      const sealed = seals.sealHeaders(id, headers ?? {})
      const now = input.enabled === true || input.url !== undefined ? await get(id) : null
      const enables = input.enabled === true && now?.enabled === false
      const moves = input.url !== undefined && input.url !== now?.url
      // Before and not after: a crash in between leaves an endpoint without failures, which harms nobody.
      if (enables || moves) await deps.onFreshStart?.(id)
      return update(id, (before) => ({
        ...plain,
        ...(headers === undefined
          ? {}
          : { headers: headers === null ? {} : changedHeaders(before.headers, sealed) }),
        ...(plain.enabled === undefined ? {} : { disabled_reason: null }),
      }))
    },

    /** Hides the endpoint and forgets its secrets; what still waits for it ends as skipped. */
    async delete(id: string): Promise<void> {
      await update(id, () => ({ enabled: false, deleted_at: iso(), secrets: [], headers: {} }))
    },

    /** Forgets a deleted endpoint altogether. */
    async forget(id: string): Promise<void> {
      await records.update(id, (endpoint) => (endpoint?.deleted_at ? null : undefined))
    },

    /** Switches an endpoint off for a reason that people are told. */
    async disable(id: string, reason: string): Promise<void> {
      await records.update(id, (before) =>
        before?.enabled
          ? { ...before, enabled: false, disabled_reason: reason, updated_at: iso() }
          : undefined,
      )
    },

    /**
     * Gives an endpoint a new signing secret, in place of the present ones when the overlap has passed.
     *
     * @param options.secret one of its own; without it one is made, of the present kind or as `signing` says
     * @returns the endpoint, and the new secret for this one time
     * @throws RingpostError `bad_request` where it has this secret already
     */
    async rotateSecret(
      id: string,
      options: { overlapMs: number; secret?: string; signing?: Signing },
    ): Promise<{ endpoint: EndpointRecord; secret: string }> {
      const signing = options.signing ?? signingOfEndpoint(await get(id))
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

    /** URL, headers and the secrets that are valid now, in clear text; for sending only. */
    target(endpoint: EndpointRecord): EndpointTarget {
      const { id, url } = endpoint
      return {
        id,
        url,
        headers: seals.openHeaders(id, endpoint.headers),
        secrets: validSecrets(endpoint.secrets, now()).map((secret) => seals.openSecret(id, secret)),
      }
    },

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
  return { ...stored, filter: stored.filter ?? null, rate_limit: stored.rate_limit ?? null }
}

function changedHeaders(
  before: Record<string, string>,
  changes: Record<string, string | null>,
): Record<string, string> {
  const all = Object.entries({ ...before, ...changes })
  const left = all.filter((entry): entry is [string, string] => entry[1] !== null)
  if (left.length > MOST_HEADERS) {
    const message = `must have at most ${MOST_HEADERS} entries, with those that are there already`
    throw new RingpostError('bad_request', `headers ${message}.`, { fields: [{ path: 'headers', message }] })
  }
  return Object.fromEntries(left)
}

function unknownEndpoint(id: string): RingpostError {
  return new RingpostError('not_found', `There is no endpoint ${id}. GET /v1/endpoints lists them.`)
}

import { hash, randomUUID } from 'node:crypto'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Vault } from '../secrets/vault.ts'

/** How long an answer is given again (ms). */
export const KEPT_MS = 24 * 3_600_000
/**
 * What one token may have kept at a time; of more, the oldest go. Far more than a client asks for that sends again what
 * was not answered, and little enough that no token fills Redis.
 */
export const MOST_KEPT = 10_000
export const MOST_BYTES_KEPT = 8 * 1024 * 1024
/** How long a key is held after the last sign of life of the process that carries its request out (ms). */
const HOLD_MS = 30_000
const RENEW_MS = 10_000

/** An answer as it was sent. */
export interface RecordedAnswer {
  status: number
  /** Those that belong to the answer and not to the connection: content type, location. */
  headers: Record<string, string>
  body: string
}

/** A request that its key stands for from now on, until it is ended one way or the other. */
export interface BegunRequest {
  /** Keeps the answer, to be given to whoever asks with the key again. */
  keep(answer: RecordedAnswer): Promise<void>
  /** Lets go of the key: nothing was done, and the same request may be made again. */
  release(): Promise<void>
  /** Stops the signs of life: the key is free again when the hold runs out. */
  abandon(): void
}

export type Beginning =
  | { kind: 'begun'; request: BegunRequest }
  | { kind: 'running' }
  | { kind: 'other-request' }
  | { kind: 'unreadable' }
  | { kind: 'answered'; answer: RecordedAnswer }

/**
 * What requests with an idempotency key were answered. Everything is sealed: an answer may hold a secret that
 * is shown once, and the digest of a request could be guessed from. Each token has keys of its own, so that none
 * meets, reads or pushes out what another one was answered.
 */
export function createRecordedAnswers(deps: {
  redis: Pick<Redis, 'callBuffer' | 'pexpire'>
  keys: Pick<Keys, 'idempotency'>
  vault: Pick<Vault, 'seal' | 'open'>
  holdMs?: number
  renewMs?: number
  mostKept?: number
  mostBytesKept?: number
}) {
  const { redis, vault, holdMs = HOLD_MS, renewMs = RENEW_MS } = deps
  const { mostKept = MOST_KEPT, mostBytesKept = MOST_BYTES_KEPT } = deps
  const begin = createScript(redis, new URL('./begin-request.lua', import.meta.url))
  const end = createScript(redis, new URL('./end-request.lua', import.meta.url))

  return {
    /**
     * Begins a request, unless its key has been used.
     *
     * @param tokenId whose key it is; null for the administrator's
     * @param key as the client chose it
     * @param request all that makes it this request and no other
     */
    async begin(tokenId: string | null, key: string, request: readonly string[]): Promise<Beginning> {
      const owner = tokenId ?? 'administrator'
      const digest = hash('sha256', key)
      const places = deps.keys.idempotency(owner)
      const place = places.answer(digest)
      const context = (what: string) => `idempotency:${owner}:${digest}:${what}`
      const token = randomUUID()
      const fingerprint = hash('sha256', JSON.stringify(request))
      const sealed = vault.seal(fingerprint, context('request'))
      const found = (await begin([place], [token, sealed, holdMs])) as Buffer[] | null

      if (found !== null) {
        const [before = '', answer = ''] = found.map(String)
        try {
          if (vault.open(before, context('request')) !== fingerprint) return { kind: 'other-request' }
          if (answer === '') return { kind: 'running' }
          return { kind: 'answered', answer: JSON.parse(vault.open(answer, context('answer'))) }
        } catch {
          // Another master key sealed it.
          return { kind: 'unreadable' }
        }
      }

      // GT: an answer that is kept already must not be forgotten sooner.
      const renewal = setInterval(() => {
        redis.pexpire(place, holdMs, 'GT').catch(() => undefined)
      }, renewMs)
      renewal.unref()
      const finish = async (answer: string) => {
        clearInterval(renewal)
        await end(
          [place, places.kept, places.bytes],
          [token, sealed, answer, KEPT_MS, digest, mostKept, mostBytesKept, places.answer('')],
        )
      }
      return {
        kind: 'begun',
        request: {
          keep: (answer) => finish(vault.seal(JSON.stringify(answer), context('answer'))),
          release: () => finish(''),
          abandon: () => clearInterval(renewal),
        },
      }
    },
  }
}

export type RecordedAnswers = ReturnType<typeof createRecordedAnswers>

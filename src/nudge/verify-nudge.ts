import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto'
import type { UnixMs } from '../types.ts'

/** How far the clock of whoever signed may be off, in both directions: what ElevenLabs' own libraries allow. */
export const TOLERANCE_MS = 30 * 60_000

/** What a signature header says. */
export interface SignedAt {
  /** As it was signed. */
  timestamp: string
  /** HMACs of which one has to fit: there are several while a secret is replaced. */
  signatures: Buffer[]
}

/** Why a request is refused, in a plain sentence. */
export interface Refusal {
  refused: string
}

/**
 * Reads the header `ElevenLabs-Signature: t=<unix secs>,v0=<hex HMAC-SHA256 of "<t>.<raw body>">` and holds its
 * time against the clock. What it refuses, it refuses before the body is read.
 */
export function readSignature(header: string | undefined, now: UnixMs): SignedAt | Refusal {
  if (!header) return { refused: 'The header ElevenLabs-Signature is missing.' }
  const parts = header.split(',').map((part) => part.trim())
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1))
  const [timestamp, ...others] = valuesOf('t')
  if (timestamp === undefined || others.length > 0 || !/^\d{1,12}$/.test(timestamp)) {
    return { refused: 'The header ElevenLabs-Signature does not say when it was signed (t=<unix seconds>).' }
  }
  const signatures = valuesOf('v0')
    .filter((hex) => /^[0-9a-f]{64}$/i.test(hex))
    .map((hex) => Buffer.from(hex, 'hex'))
  if (signatures.length === 0) {
    return { refused: 'The header ElevenLabs-Signature holds no signature (v0=<64 hex digits>).' }
  }
  const age = now - Number(timestamp) * 1000
  if (age > TOLERANCE_MS)
    return { refused: `It was signed ${minutes(age)} ago, and at most 30 min are allowed.` }
  if (age < -TOLERANCE_MS) {
    return { refused: `It was signed ${minutes(-age)} in the future: check the clocks of both machines.` }
  }
  return { timestamp, signatures }
}

/** The HMAC that the raw body goes through as it arrives, so that none of it has to be kept. */
export function bodyHmac(secret: string, timestamp: string): Hmac {
  return createHmac('sha256', secret).update(`${timestamp}.`)
}

/** Whether a signature is that of the body, compared in constant time. */
export function fits(digest: Buffer, signatures: readonly Buffer[]): boolean {
  return signatures.map((signature) => timingSafeEqual(signature, digest)).includes(true)
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`
}

import type { ItemResult } from '../exchange.ts'
import type { Answer, Field, Verdict } from '../kind.ts'

type Failed = Extract<Verdict, { kind: 'failed' }>

/** Of whatever a service says about itself, what fits into a sentence. */
const LONGEST_REASON = 300

export const SUCCEEDED: Verdict = { kind: 'succeeded' }

/** Refused for what it is, and not for when it came. */
export function refused(message: string): Failed {
  return { kind: 'failed', code: 'rejected', message, retry: 'never' }
}

/** What only a person can mend: nothing that is sent there will arrive before. */
export function broken(message: string): Failed {
  return { ...refused(message), disable: true }
}

/** It will pass. */
export function later(message: string, code: 'http_status' | 'rejected' = 'http_status'): Failed {
  return { kind: 'failed', code, message, retry: 'schedule' }
}

/** Too much was asked for; nothing more is, for a while. */
export function limited(message: string, retryAfterMs: number | null): Failed {
  return { kind: 'failed', code: 'rate_limited', message, retry: 'schedule', retryAfterMs }
}

/** What a service says of its reasons, as part of a sentence. */
export function reason(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') return ''
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON).toWellFormed()}…` : line
}

/** What came of one event where a whole answer was about it. */
export function resultOf(verdict: Verdict, sent: unknown, answer: unknown): ItemResult {
  return { verdict, sent: textOf(sent), answer: textOf(answer) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Any JSON; undefined where a body is none, or was cut off. */
export function parsed(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body)
  } catch {
    return undefined
  }
}

/** An object's own fields; none where it is no object. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** A field that holds `https://` and a host. */
export function originField(
  field: Pick<Field, 'name' | 'label' | 'help' | 'placeholder' | 'default' | 'required'>,
): Field {
  return {
    ...field,
    secret: false,
    longest: 200,
    problem: (value) => {
      const url = URL.parse(value)
      const plain = url !== null && /^https?:$/.test(url.protocol) && url.origin === value.replace(/\/$/, '')
      return plain ? null : `must be https:// and a host, such as ${field.placeholder}`
    },
  }
}

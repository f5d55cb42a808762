import { clean } from './clean.ts'
import type { Value } from './message.ts'
import { readablePhone, toE164 } from './phone-number.ts'
import { shorten } from './shorten.ts'

export type Fact = [label: string, value: Value | null]

/** A day, beyond which a duration says nothing. */
const LONGEST_SECS = 86_400
/** Characters of a summary that are read in a chat. */
const LONGEST_SUMMARY = 700

/** How a call went, as the agent's analysis has it. What is neither is not told. */
const OUTCOMES: Readonly<Record<string, string>> = { success: 'Successful', failure: 'Not successful' }

/**
 * What an enriched event says of its conversation, for people: how long it was, how it went, the caller's number
 * where they are not called by it already, and the summary.
 *
 * @param conversation `data.conversation`, of any shape
 */
export function describeConversation(
  conversation: unknown,
  userId: unknown,
): { facts: Fact[]; note: string | null } {
  if (typeof conversation !== 'object' || conversation === null) return { facts: [], note: null }
  const { duration_secs, outcome, phone_number, summary } = conversation as Record<string, unknown>
  const went = typeof outcome === 'string' && Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome] : null
  return {
    facts: [
      ['Duration', readableDuration(duration_secs)],
      ['Outcome', went ?? null],
      ['Phone', phone_number === userId ? null : readableNumber(phone_number)],
    ],
    note:
      typeof summary === 'string' && summary.trim() !== '' ? shorten(clean(summary), LONGEST_SUMMARY) : null,
  }
}

/** `4 min 5 s`; null for what is no duration. */
export function readableDuration(secs: unknown): string | null {
  if (typeof secs !== 'number' || !(secs >= 0) || secs > LONGEST_SECS) return null
  const whole = Math.round(secs)
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  if (minutes === 0) return `${seconds} s`
  return seconds > 0 ? `${minutes} min ${seconds} s` : `${minutes} min`
}

/** What is no phone number in E.164 is shown as it is. */
function readableNumber(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null
  return clean(readablePhone(toE164(value) ?? value))
}

import { z } from 'zod'
import type { UnixSecs } from '../types.ts'

/** What of a conversation goes into an event, as `data.conversation`. */
export interface Conversation {
  conversation_id: string
  /** As upstream has it: `in-progress`, `processing`, `done`, `failed` and the like. */
  status: string | null
  start_time_unix_secs: UnixSecs | null
  duration_secs: number | null
  /** `success`, `failure` or `unknown`, as the agent's analysis has it. */
  outcome: string | null
  summary: string | null
  /** Of the caller, where it was a phone call. */
  phone_number: string | null
}

/** Characters of a summary, and of any other text, that an event takes over. */
const SUMMARY_LIMIT = 1_500
const TEXT_LIMIT = 200

// An unexpected value must not cost the rest of the conversation: it reads as null.
const text = z.string().nullish().catch(null)
const number = z.number().nullish().catch(null)
const conversationSchema = z.object({
  status: text,
  metadata: z
    .object({
      start_time_unix_secs: number,
      call_duration_secs: number,
      phone_call: z.object({ external_number: text }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  analysis: z.object({ call_successful: text, transcript_summary: text }).nullish().catch(null),
})

/** Reads a conversation leniently; null where the body is no JSON object. */
export function readConversation(id: string, body: string): Conversation | null {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return null
  }
  const read = conversationSchema.safeParse(json)
  if (!read.success) return null
  const { status, metadata, analysis } = read.data
  return {
    conversation_id: id,
    status: shortened(status, TEXT_LIMIT),
    start_time_unix_secs: metadata?.start_time_unix_secs ?? null,
    duration_secs: metadata?.call_duration_secs ?? null,
    outcome: shortened(analysis?.call_successful, TEXT_LIMIT),
    summary: shortened(analysis?.transcript_summary, SUMMARY_LIMIT),
    phone_number: shortened(metadata?.phone_call?.external_number, TEXT_LIMIT),
  }
}

/** Whether upstream has done with it, so that there is nothing more to wait for. */
export function isComplete({ status }: Conversation): boolean {
  return status === 'done' || status === 'failed'
}

function shortened(value: string | null | undefined, most: number): string | null {
  if (!value) return null
  return value.length <= most ? value.toWellFormed() : `${value.slice(0, most - 1).toWellFormed()}…`
}

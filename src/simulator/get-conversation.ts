import { type Answer, type ErrorShape, errorAnswer, json } from './answers.ts'
import type { Conversation } from './calls.ts'
import type { World } from './world.ts'

/** `GET /v1/convai/conversations/:id`: 404 while the conversation is unknown, or not known yet. */
export function createGetConversation(
  deps: { world: Pick<World, 'conversation'>; now: () => number },
  options: { errorShape: ErrorShape },
): (conversation_id: string) => Answer {
  return (conversation_id) => {
    const conversation = deps.world.conversation(conversation_id)
    if (conversation === undefined || deps.now() < conversation.detail_at) {
      const message = `No conversation with id ${conversation_id} was found.`
      return errorAnswer(404, { shape: options.errorShape, code: 'conversation_not_found', message })
    }
    return json(200, renderConversation(conversation, deps.now()))
  }
}

/** Until the list shows a conversation, it is still being processed and has no analysis. */
function renderConversation(conversation: Conversation, now: number): Record<string, unknown> {
  const { agent_id, agent_name, branch_id, user_id, successful } = conversation
  const done = now >= conversation.visible_at
  const phone = /^\+[1-9]\d{6,14}$/.test(user_id)
  const verdict = successful === null ? 'unknown' : successful ? 'success' : 'failure'
  return {
    agent_id,
    agent_name,
    branch_id,
    conversation_id: conversation.id,
    status: done ? 'done' : 'processing',
    user_id,
    transcript: [],
    metadata: {
      start_time_unix_secs: conversation.at_unix_secs,
      call_duration_secs: conversation.duration_secs,
      phone_call: phone ? { type: 'twilio', direction: 'inbound', external_number: user_id } : null,
    },
    analysis: done ? { call_successful: verdict, transcript_summary: conversation.summary ?? '' } : null,
    has_audio: done,
  }
}

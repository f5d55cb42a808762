import { z } from 'zod'

/** One call by a user, as it is given to the simulator in process and over `POST /_control/calls`. */
export const callSchema = z.strictObject({
  user_id: z.string(),
  /** Null: a conversation without an agent. Default: a default agent. */
  agent_id: z.string().nullable().optional(),
  /** Default: the name last given for this agent. */
  agent_name: z.string().nullable().optional(),
  branch_id: z.string().optional(),
  /** When the call began. Any number, so that absurd timestamps can be played. Default now. */
  at_unix_secs: z.number().optional(),
  duration_secs: z.number().min(0).optional(),
  /** A late row: the list shows the conversation only when this has passed by the simulator's clock. */
  visible_after_ms: z.number().min(0).optional(),
  /** `GET /v1/convai/conversations/:id` answers 404 until then. Default 0. */
  detail_after_ms: z.number().min(0).optional(),
  summary: z.string().optional(),
  successful: z.boolean().optional(),
  /** -1 to 1. A conversation without one is not scored. */
  sentiment_score: z.number().optional(),
  /** 0 to 1. */
  frustration_score: z.number().optional(),
})

export type CallInput = z.input<typeof callSchema>

/** One conversation. Never changed once made. */
export interface Conversation {
  readonly id: string
  readonly user_id: string
  readonly agent_id: string | null
  readonly agent_name: string | null
  readonly branch_id: string | null
  readonly at_unix_secs: number
  readonly duration_secs: number
  readonly summary: string | null
  readonly successful: boolean | null
  readonly sentiment_score: number | null
  readonly frustration_score: number | null
  /** Milliseconds since the epoch: when the list and the detail route first show it. */
  readonly visible_at: number
  readonly detail_at: number
}

/** The agent of calls that name none. */
export const DEFAULT_AGENT = { id: 'agent_3701k3ttaq12ewp8b7qv5rfyszkz', name: 'SupportBot Alpha' }

/** Makes the conversation of a call. `nameOf` knows the agents' names; `now` is in milliseconds. */
export function conversationOf(
  input: CallInput,
  id: string,
  nameOf: (agent_id: string) => string | null,
  now: number,
): Conversation {
  const agent_id = input.agent_id === undefined ? DEFAULT_AGENT.id : input.agent_id
  return {
    id,
    user_id: input.user_id,
    agent_id,
    agent_name: input.agent_name ?? (agent_id === null ? null : nameOf(agent_id)),
    branch_id: input.branch_id ?? null,
    at_unix_secs: input.at_unix_secs ?? Math.floor(now / 1000),
    duration_secs: input.duration_secs ?? 60,
    summary: input.summary ?? null,
    successful: input.successful ?? null,
    sentiment_score: input.sentiment_score ?? null,
    frustration_score: input.frustration_score ?? null,
    visible_at: now + (input.visible_after_ms ?? 0),
    detail_at: now + (input.detail_after_ms ?? 0),
  }
}

import type { Conversation } from './calls.ts'
import { seededConversation, type Tally } from './tally.ts'

const RECENT = 5
const MOST_FRUSTRATED = 3

/** A user as the list shows it: the truth, with the override laid over it. */
export function renderRow(tally: Tally, options: { sentiment: boolean }): Record<string, unknown> {
  const { user } = tally
  // A snapshot cursor may still show a user that has been removed since.
  const seeded = user.seeded ?? user.shelved?.seeded ?? null
  const latest = tally.latest ?? (seeded === null ? null : seededConversation(user, seeded, 0))
  return {
    user_id: user.id,
    last_contact_unix_secs: tally.last,
    first_contact_unix_secs: tally.first,
    conversation_count: tally.count,
    last_contact_conversation_id: latest?.id ?? null,
    last_contact_agent_id: latest?.agent_id ?? null,
    last_contact_agent_name: latest?.agent_name ?? null,
    ...(options.sentiment ? sentimentFields(tally.scored) : {}),
    ...tally.patch,
  }
}

export function averageSentiment(scored: readonly Conversation[]): number | null {
  return average(scored.map((conversation) => conversation.sentiment_score))
}

function sentimentFields(scored: readonly Conversation[]): Record<string, unknown> {
  const recent = scored.toSorted((a, b) => b.at_unix_secs - a.at_unix_secs).slice(0, RECENT)
  const frustrated = scored
    .filter((conversation) => (conversation.frustration_score ?? 0) > 0)
    .sort((a, b) => (b.frustration_score ?? 0) - (a.frustration_score ?? 0))
  return {
    sentiment: { ...scores('', scored), ...scores('recent_', recent) },
    most_frustrated_conversations: frustrated.slice(0, MOST_FRUSTRATED).map((conversation) => ({
      conversation_id: conversation.id,
      agent_id: conversation.agent_id,
      start_time_unix_secs: conversation.at_unix_secs,
      overall_label: labelOf(conversation.sentiment_score ?? 0),
      overall_sentiment_score: conversation.sentiment_score,
      overall_frustration_score: conversation.frustration_score,
    })),
  }
}

function scores(prefix: string, scored: readonly Conversation[]): Record<string, number | null> {
  const labels = scored.map((conversation) => labelOf(conversation.sentiment_score ?? 0))
  const countOf = (label: string) => labels.filter((other) => other === label).length
  return {
    [`${prefix}scored_conversation_count`]: scored.length,
    [`${prefix}positive_count`]: countOf('positive'),
    [`${prefix}neutral_count`]: countOf('neutral'),
    [`${prefix}negative_count`]: countOf('negative'),
    [`${prefix}average_sentiment_score`]: averageSentiment(scored),
    [`${prefix}average_frustration_score`]: average(scored.map((one) => one.frustration_score)),
  }
}

function labelOf(score: number): 'positive' | 'neutral' | 'negative' {
  if (score > 0.25) return 'positive'
  return score < -0.25 ? 'negative' : 'neutral'
}

function average(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

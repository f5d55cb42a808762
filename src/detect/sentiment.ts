import { z } from 'zod'

const schema = z.object({ recent_average_sentiment_score: z.number() })

/** The recent average of a row's sentiment, where upstream sends one; null where it does not. */
export function recentSentiment(sentiment: unknown): number | null {
  const parsed = schema.safeParse(sentiment)
  return parsed.success ? parsed.data.recent_average_sentiment_score : null
}

import { randomBytes } from 'node:crypto'

/** A secret for nudges, in the form of those that ElevenLabs makes for its webhooks. */
export function createNudgeSecret(): string {
  return `wsec_${randomBytes(32).toString('hex')}`
}

/** Where the nudges of a source go. */
export function nudgePath(sourceId: string): string {
  return `/v1/sources/${sourceId}/nudge`
}

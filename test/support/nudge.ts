import { createHmac } from 'node:crypto'

/** The header of a post-call webhook as ElevenLabs signs it. */
export function nudgeHeader(
  secret: string,
  body: string | Buffer,
  at: number = Date.now(),
): { 'elevenlabs-signature': string } {
  const t = Math.floor(at / 1000)
  const signature = createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')
  return { 'elevenlabs-signature': `t=${t},v0=${signature}` }
}

/** A post-call webhook, shortened. */
export function postCall(conversationId = 'conv_5a6b7c8d9e0f1a2b3c4d'): string {
  return JSON.stringify({
    type: 'post_call_transcription',
    event_timestamp: 1_739_537_297,
    data: { agent_id: 'agent_xyz', conversation_id: conversationId, status: 'done', transcript: [] },
  })
}

import { onTestFinished } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { nudgeHeader, postCall } from '../support/nudge.ts'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

const SECRET = 'wsec_f33540691158e6988cf0b0ab0a6f35a1'

export interface NudgedSource {
  state: string
  next_poll_at: string
  nudge: { path: string; received: number } | null
  totals: { requests: number; polls: number }
}

/** A ringpost that polls every five minutes, with its baseline taken and a secret for nudges. */
export async function startNudged() {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 250, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '5m',
    },
  })
  onTestFinished(async () => void (await ringpost.stop()))
  const source = async () => (await ringpost.api<NudgedSource>('GET', '/v1/sources/src_default')).body
  await until(async () => (await source()).state === 'live')
  const { body } = await ringpost.api<NudgedSource>('PATCH', '/v1/sources/src_default', {
    nudge_secret: SECRET,
  })
  /** Sends the post-call webhook. @returns the status of the answer */
  const nudge = async (secret = SECRET) => {
    const text = postCall()
    const headers = { ...nudgeHeader(secret, text), 'content-type': 'application/json' }
    const url = ringpost.url + body.nudge?.path
    return (await fetch(url, { method: 'POST', headers, body: text })).status
  }
  return { simulator, ringpost, source, nudge }
}

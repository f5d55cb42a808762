import { randomInt } from 'node:crypto'
import { type Received, startReceiver } from '../receiver/receiver.ts'
import { seededRandom } from '../simulator/random.ts'
import { startScenario } from '../simulator/scenario.ts'
import { createSimulator } from '../simulator/server.ts'
import type { ManagedSource } from '../sources/sources.ts'

/** How often the demo polls, unless the configuration says otherwise (ms). */
export const DEMO_POLL_INTERVAL_MS = 2_000

/** The demo's upstream and receiver, on this machine only. */
export interface Demo {
  /** The simulated call centre as a source. */
  source: ManagedSource
  /** Subscribes the sample receiver through the API, as any user would. */
  subscribe(api: { url: string; token: string }): Promise<void>
  stop(): Promise<void>
}

/** Starts the bundled simulator with callers coming in, and a sample receiver that verifies each webhook. */
export async function startDemo(options: { onWebhook: (received: Received) => void }): Promise<Demo> {
  const simulator = await createSimulator()
  const stopScenario = startScenario(simulator, { random: seededRandom(randomInt(2 ** 31)) })
  const secrets: string[] = []
  const receiver = await startReceiver({ secrets: () => secrets, onWebhook: options.onWebhook })
  return {
    source: {
      id: 'src_default',
      name: 'demo',
      base_url: simulator.url,
      api_key: 'sim_key',
      agent_id: null,
      branch_id: null,
    },

    async subscribe({ url, token }) {
      const response = await fetch(`${url}/v1/endpoints`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: receiver.url, description: 'The demo’s sample receiver' }),
      })
      const endpoint = (await response.json()) as { secret?: string; detail?: string }
      if (endpoint.secret === undefined) {
        throw new Error(`The demo could not subscribe its receiver: ${endpoint.detail}`)
      }
      secrets.push(endpoint.secret)
    },

    async stop() {
      stopScenario()
      await Promise.all([simulator.close(), receiver.close()])
    },
  }
}

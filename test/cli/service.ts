import { onTestFinished } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { TOKEN } from '../api/support.ts'
import { type Ringpost, redisOf, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'

/** A whole ringpost as a process, on a Redis of its own and the simulator. */
export async function startService(env: Record<string, string> = {}) {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  const all = {
    ELEVENLABS_API_KEY: 'sim_key',
    ELEVENLABS_BASE_URL: simulator.url,
    RINGPOST_API_TOKEN: TOKEN,
    RINGPOST_POLL_INTERVAL: '1s',
    RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    LOG_LEVEL: 'warn',
    // For the commands that look at its Redis themselves.
    ...(env.REDIS_URL ? {} : await redisOf(data.dataDir)),
    ...env,
  }
  const ringpost: Ringpost = await startRingpost({ dataDir: data.dataDir, env: all })
  onTestFinished(async () => void (await ringpost.stop()))
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(ringpost.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: looked at field by field, as a program would.
    return (text === '' ? null : JSON.parse(text)) as any
  }
  return { url: ringpost.url, dataDir: data.dataDir, env: all, simulator, ringpost, api }
}

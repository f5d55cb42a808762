import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSimulator } from '../../src/simulator/server.ts'
import { startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver } from '../support/receiver.ts'

/** What a user id may be, if somebody wants it to be: markup, a direction mark, emoji, and long. */
export const HOSTILE_IDS = [
  '<img src=x onerror="document.title=\'owned\'">',
  '"><script>document.title="owned"</script>',
  'javascript:alert(1)//\u202Eevil',
  '../../etc/passwd?x=1#y',
  `👩‍🚀 ${'long '.repeat(60)}`,
]

/** A ringpost in production with nothing in it, a call centre and a receiver. */
export async function startScene() {
  const data = await temporaryDataDir()
  const [simulator, receiver] = await Promise.all([createSimulator(), startTestReceiver()])
  simulator.seed({ users: 120, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600, idOf: phoneNumber })
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    // Beside it a browser starts.
    within: 80_000,
    env: {
      RINGPOST_DEMO: 'false',
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '1h',
      RINGPOST_DELIVERY_TIMEOUT: '2s',
    },
  })
  const token = (await readFile(join(data.dataDir, 'api-token'), 'utf8')).trim()
  return {
    ringpost,
    simulator,
    receiver,
    token,
    dataDir: data.dataDir,
    url: ringpost.url,
    async stop() {
      await ringpost.stop()
      await Promise.all([simulator.close(), receiver.close(), data.remove()])
    },
  }
}

export type Scene = Awaited<ReturnType<typeof startScene>>

/** 120 numbers that belong to nobody. */
function phoneNumber(i: number): string {
  return `+1415555${String(100 + i).padStart(4, '0')}`
}

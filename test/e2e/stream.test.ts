import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { followStream } from '../../src/cli/stream.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

test('the stream tells of a first-time caller and of the attempt that announced them, as they happen', async () => {
  const data = await temporaryDataDir()
  const simulator = await createSimulator()
  const receiver = await startTestReceiver()
  simulator.seed({ users: 10, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    },
  })
  try {
    await ringpost.api('POST', '/v1/endpoints', { url: receiver.url })
    const live = async () => (await ringpost.api<{ state: string }>('GET', '/v1/sources/src_default')).body
    await until(async () => (await live()).state === 'live')
    const token = (await readFile(join(data.dataDir, 'api-token'), 'utf8')).trim()
    const stream = followStream({ url: ringpost.url, token })
    const first = stream.next()
    simulator.call({ user_id: '+15550100' })
    const event = (await first).value
    const attempt = (await stream.next()).value
    expect(event).toMatchObject({ kind: 'event', data: { type: 'user.created' } })
    expect(attempt).toMatchObject({
      kind: 'attempt',
      data: {
        event_id: event?.data.id,
        event_type: 'user.created',
        status: 'succeeded',
        response_status: 204,
      },
    })
    await stream.return(undefined)
  } finally {
    await ringpost.stop()
    await Promise.all([simulator.close(), receiver.close(), data.remove()])
  }
})

/** Sends to a receiver in a thread of its own, whose memory is bounded, and has every kind read the answer. */
import { parentPort, workerData } from 'node:worker_threads'
import { createMask, maskEchoes } from '../../src/deliver/mask-echoes.ts'
import { createSender } from '../../src/deliver/send.ts'
import { KIND_NAMES, kindOf } from '../../src/kinds/kinds.ts'

const { baseUrl, deadlineMs } = workerData as { baseUrl: string; deadlineMs: number }
const policy = { allowNetworks: ['127.0.0.0/8'], allowHttp: true }
const sender = createSender({ policy, deadlineMs })
const mask = createMask(['secret-value'])
/** Far above what the log keeps of an answer as JSON, in which one byte can be six characters. */
const MOST_KEPT = 64 * 1024

async function judge(): Promise<string | null> {
  try {
    const { response, outcome } = await sender.send({ url: `${baseUrl}/`, headers: {}, body: '{}' })
    if (outcome.kind === 'failed' && outcome.error.message.length > 2_000) return 'It said too much'
    if (response === null) return null
    const kept = JSON.stringify(maskEchoes(response, mask))
    if (kept.length > MOST_KEPT) return `It would keep ${kept.length} characters`
    for (const kind of KIND_NAMES.map(kindOf)) kind.classify(response, Date.now())
    return null
  } catch (error) {
    return `It threw ${error instanceof Error ? error.stack : String(error)}`
  }
}

parentPort?.on('message', async () => parentPort?.postMessage(await judge()))

/** Asks an upstream in a thread of its own, whose memory is bounded: what fills it ends it. */
import { parentPort, workerData } from 'node:worker_threads'
import { createGetConversation } from '../../src/elevenlabs/get-conversation.ts'
import { createListUsers } from '../../src/elevenlabs/list-users.ts'
import { UpstreamError } from '../../src/elevenlabs/upstream-error.ts'
import { createAgent } from '../../src/http/agent.ts'

const { baseUrl, deadlineMs } = workerData as { baseUrl: string; deadlineMs: number }
const API_KEY = 'sk_key_that_must_not_be_told'
const agent = createAgent({})
const listUsers = createListUsers({ dispatcher: agent, now: Date.now, deadlineMs })
const getConversation = createGetConversation({ dispatcher: agent, now: Date.now })

/** What came of it: null where all is as it should be, and else what is wrong. */
async function judge(ask: () => Promise<unknown>): Promise<string | null> {
  try {
    const found = await ask()
    // Whatever it is, it has to go into an event and into Redis.
    JSON.stringify(found)
    return null
  } catch (error) {
    if (!(error instanceof UpstreamError)) {
      return `It threw ${error instanceof Error ? error.stack : String(error)}`
    }
    if (error.message.includes(API_KEY)) return `It told the key: ${error.message}`
    if (error.message.length > 1_000) return `It said ${error.message.length} characters`
    return null
  }
}

parentPort?.on('message', async () => {
  const where = { baseUrl, apiKey: API_KEY }
  const wrong = [
    await judge(() => listUsers({ ...where, agentId: null, branchId: null, cursor: null })),
    await judge(() => getConversation({ ...where, conversationId: 'conv_1' }, { deadlineMs })),
  ]
  const polluted = Reflect.get({}, 'polluted') === undefined ? null : 'The prototype of objects was changed'
  parentPort?.postMessage([...wrong, polluted].find((one) => one !== null) ?? null)
})

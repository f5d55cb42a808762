import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import { type HostileAnswer, startHostileServer } from './hostile-http.ts'

const DEADLINE_MS = 300
/** What each thread that asks may have (MB): an answer and what is made of it. */
const MEMORY_MB = 192
/** Far beyond all deadlines, on a busy machine too: past it, the thread stands still. */
const STILL_MS = 30_000

/**
 * Starts a hostile server, and a thread that asks it.
 *
 * @param file of the thread: asks once for each message, and answers what is wrong, or null
 * @returns has it asked with an answer, and tells what was wrong
 */
export async function startHeld(file: URL): Promise<(answer: HostileAnswer) => Promise<string | null>> {
  const server = await startHostileServer()
  const worker = new Worker(file, {
    workerData: { baseUrl: server.url, deadlineMs: DEADLINE_MS },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  onTestFinished(async () => {
    await worker.terminate()
    await server.close()
  })
  return async (answer) => {
    server.answer(answer)
    const late = AbortSignal.timeout(STILL_MS)
    worker.postMessage(null)
    // An error of the thread rejects here.
    const [wrong] = await once(worker, 'message', { signal: late })
    return wrong as string | null
  }
}

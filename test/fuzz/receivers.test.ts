import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns, fuzzTimeout } from './fuzz-runs.ts'
import { hostileAnswer } from './hostile-http.ts'
import { startHeld } from './hostile-thread.ts'

const RUNS = fuzzRuns(60)
test(`${RUNS} hostile receivers: sending neither breaks off, nor stands still, nor grows, whatever the kind`, {
  timeout: fuzzTimeout(RUNS * 4),
}, async () => {
  const sent = await startHeld(new URL('./receivers-worker.ts', import.meta.url))
  await fc.assert(
    fc.asyncProperty(hostileAnswer, async (answer) => {
      expect(await sent(answer)).toBeNull()
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
})

import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createDetection } from '../detect/detection.ts'
import { fuzzRuns, fuzzTimeout } from './fuzz-runs.ts'
import { hostileAnswer, hostilePage } from './hostile-http.ts'
import { startHeld } from './hostile-thread.ts'

const UPSTREAM = new URL('./upstream-worker.ts', import.meta.url)

const RUNS = fuzzRuns(60)
test(`${RUNS} hostile answers: the client neither breaks off, nor stands still, nor grows`, {
  timeout: fuzzTimeout(RUNS * 4),
}, async () => {
  const asked = await startHeld(UPSTREAM)
  await fc.assert(
    fc.asyncProperty(hostileAnswer, async (answer) => {
      expect(await asked(answer)).toBeNull()
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
})

test('pages of millions of rows, of a cursor without an end and of places that are no text are refused', {
  timeout: 120_000,
}, async () => {
  const asked = await startHeld(UPSTREAM)
  const bodies: [number, string][] = [
    [200, `{"users":[${'1,'.repeat(8_000_000)}1],"has_more":false}`],
    [200, `{"users":[],"has_more":true,"next_cursor":"${'c'.repeat(20_000_000)}"}`],
    [422, '{"detail":[{"loc":[{"toString":1,"valueOf":1}],"msg":"x"}]}'],
    [422, `{"detail":[{"loc":[${'['.repeat(100_000)}${']'.repeat(100_000)}],"msg":"x"}]}`],
  ]
  for (const [status, body] of bodies) {
    const bytes = Buffer.from(`HTTP/1.1 ${status} x\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    const all = { bytes, cutAt: bytes.length, piece: bytes.length, after: 'end' } as const
    expect(await asked(all)).toBeNull()
  }
})

const POLLS = fuzzRuns(15)
test(`${POLLS} polls of hostile pages: none throws, and the next good one finds everybody`, {
  timeout: fuzzTimeout(POLLS),
}, async () => {
  const d = await createDetection()
  onTestFinished(() => d.close())
  d.simulator.seed({ users: 30, newestUnixSecs: d.nowSecs() - 7_200 })
  await d.poll()
  let calls = 0
  await fc.assert(
    fc.asyncProperty(hostilePage, async (body) => {
      d.pass(60)
      d.simulator.fault({ kind: 'raw', body, times: 'always' })
      const { outcome } = await d.poll()
      expect(['done', 'failed']).toContain(outcome)
      d.simulator.clearFaults()
      const user = `caller-${calls++}`
      d.simulator.call({ user_id: user })
      expect(await d.poll()).toMatchObject({ outcome: 'done' })
      expect(await d.store.readUsers('src_test', [user])).not.toContain(null)
    }),
    { numRuns: POLLS, endOnFailure: true },
  )
  const told = (await d.events()).map(({ data }) => (data as { user: { user_id: string } }).user.user_id)
  for (let i = 0; i < calls; i++) expect(told).toContain(`caller-${i}`)
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { TOKEN } from '../api/support.ts'
import { ringpost as commandLine } from '../cli/cli.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

interface Poll {
  from: string
  to: string
  polls: number
  kinds: Record<string, number>
  outcome: string
  events: Record<string, number>
  requests: number
  error: { code: string; message: string } | null
}

let simulator: Simulator
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost
const start = async () => {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_API_TOKEN: TOKEN,
      RINGPOST_POLL_INTERVAL: '1s',
    },
  })
}
beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600 })
  await start()
})
afterEach(async () => {
  await ringpost.stop()
  await Promise.all([simulator.close(), data.remove()])
})

async function polls(query = ''): Promise<Poll[]> {
  const response = await fetch(`${ringpost.url}/v1/sources/src_default/polls?limit=250${query}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  return ((await response.json()) as { data: Poll[] }).data
}
/** Waits until the newest poll is such a one. */
const newest = (is: (poll: Poll) => boolean) =>
  until(async () => {
    const [poll] = await polls()
    return poll !== undefined && is(poll) && poll
  })

test('what it did at any time is told by the API and the command line, across a restart', async () => {
  const quiet = await newest(({ outcome, polls: count }) => outcome === 'quiet' && count >= 2)
  simulator.call({ user_id: 'new-caller' })
  const found = await until(async () => (await polls()).find(({ outcome }) => outcome === 'found'))
  await simulator.refuseConnections()
  await newest(({ outcome, polls: count }) => outcome === 'failed' && count >= 2)
  await simulator.acceptConnections()
  const after = await newest(({ outcome }) => outcome === 'quiet')
  await ringpost.stop()
  await start()
  // Another process goes on with the history; what was there is as it was.
  await until(async () => (await polls())[0]?.to !== after.to)

  const all = await polls()
  const outcomes = all.map(({ outcome, kinds }) => (kinds.baseline ? 'baseline' : outcome)).reverse()
  const at = ['baseline', 'quiet', 'found', 'quiet', 'failed', 'quiet'].map((outcome, i, order) =>
    outcomes.indexOf(outcome, i === 0 ? 0 : outcomes.indexOf(order[i - 1] ?? '')),
  )
  expect(outcomes[0]).toBe('baseline')
  expect(at.every((place) => place >= 0)).toBe(true)
  expect(all.find(({ outcome }) => outcome === 'failed')).toMatchObject({
    error: { code: 'passing', message: expect.stringContaining('cannot be reached') },
    events: {},
  })
  expect(found).toMatchObject({ polls: 1, events: { 'user.created': 1 } })
  // A moment within the quiet polls, of which no poll was at work.
  const moment = new Date((Date.parse(quiet.from) + Date.parse(quiet.to)) / 2).toISOString()
  expect(await polls(`&since=${moment}&until=${moment}`)).toMatchObject([
    { outcome: 'quiet', from: quiet.from },
  ])
  const shown = await commandLine(ringpost.url, [
    'sources',
    'polls',
    'src_default',
    '--since',
    found.from,
    '--until',
    found.to,
  ])
  expect([shown.code, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toMatch(/ 1 (head|lookback) +found +\d+ +\d+ +1 .* 1 × user\.created$/m)
  const failed = await commandLine(ringpost.url, ['sources', 'polls', 'src_default', '--json'])
  expect(JSON.parse(failed.stdout).data.length).toBeGreaterThanOrEqual(all.length)
  expect(shown.stdout + failed.stdout).not.toContain('new-caller')
})

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { start } from './support.ts'

const run = promisify(execFile)
const SERVER = new URL('../../src/simulator/server.ts', import.meta.url).href
const MAIN = new URL('../../src/simulator/main.ts', import.meta.url).href

test('close ends at once and more than once, with requests in every state', async () => {
  const { simulator, get } = await start()
  simulator.seed({ users: 5 })
  simulator.fault({ kind: 'stalled_body' })
  simulator.fault({ kind: 'delay', ms: 3_600_000 })
  simulator.fault({ kind: 'slow_body', ms: 3_600_000 })
  const stalled = (await get('/v1/convai/users')).text().catch(() => 'cut off')
  const delayed = get('/v1/convai/users').catch(() => 'cut off')
  while (simulator.requests.total < 2) await new Promise(setImmediate)
  const slow = (await get('/v1/convai/users')).text().catch(() => 'cut off')
  await Promise.all([simulator.close(), simulator.close()])
  await simulator.close()
  expect(await Promise.all([stalled, delayed, slow])).toEqual(['cut off', 'cut off', 'cut off'])
  await expect(get('/v1/convai/users')).rejects.toThrow()
  await simulator.acceptConnections()
  await expect(get('/v1/convai/users')).rejects.toThrow()
})

test('a process that has closed its simulators ends by itself', async () => {
  const program = `
    import { connect } from 'node:net'
    import { createSimulator } from '${SERVER}'
    import { runSimulator } from '${MAIN}'
    const headers = { 'xi-api-key': 'sim_key' }
    const story = await runSimulator()
    const simulator = await createSimulator()
    simulator.fault({ kind: 'delay', ms: 3600000 })
    simulator.fault({ kind: 'stalled_body' })
    simulator.fault({ kind: 'slow_body', ms: 3600000 })
    const idle = connect(simulator.port, '127.0.0.1').on('error', () => {})
    const first = fetch(simulator.url + '/v1/convai/users', { headers }).catch(() => {})
    while (simulator.requests.total < 1) await new Promise(setImmediate)
    const second = await fetch(simulator.url + '/v1/convai/users', { headers })
    const third = await fetch(simulator.url + '/v1/convai/users', { headers })
    const rest = [second, third].map((response) => response.text().catch(() => {}))
    await Promise.all([simulator.close(), story.close()])
    await Promise.all([first, ...rest])
    idle.destroy()
    console.log('closed')`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
  expect(stdout.trim()).toBe('closed')
})

test('importing starts nothing', async () => {
  const program = `await import('${SERVER}'); await import('${MAIN}'); console.log(process.getActiveResourcesInfo().filter((name) => /Timeout|Server|TCP/.test(name)).length)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
  expect(stdout.trim()).toBe('0')
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import nodeFlags from '../../scripts/bootstrap/node-flags.json' with { type: 'json' }
import { beside } from '../beside.ts'

const MAIN = fileURLToPath(beside('../../src/main.ts', import.meta.url))

/** A ringpost process with some roles, as an operator starts it. */
export interface Service {
  /** Sum of a metric of this process over the labels that match. */
  metric(name: string, labels?: RegExp): Promise<number>
  /** CPU seconds that it has used. */
  cpuSecs(): Promise<number>
  stop(): Promise<void>
}

/** Starts one, and waits until it runs. */
export async function startService(env: Record<string, string>): Promise<Service> {
  const child = spawn(process.execPath, [...nodeFlags, MAIN], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      RINGPOST_HEALTH_PORT: '0',
      RINGPOST_DEMO: 'false',
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      const found = /Health and metrics: (http:\/\/[\d.:]+)/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    gone.then(
      () => reject(new Error(`ringpost ended:\n${output}`)),
      (error: unknown) => reject(error),
    )
  })
  const metric = async (name: string, labels = /^/) => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const lines = text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'))
    return [...lines].reduce((sum, [, of = '', value]) => (labels.test(of) ? sum + Number(value) : sum), 0)
  }
  return {
    metric,
    cpuSecs: () => metric('process_cpu_seconds_total'),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await gone
    },
  }
}

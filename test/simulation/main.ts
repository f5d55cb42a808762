import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { pino } from 'pino'
import { startPrivateRedis } from '../../src/redis/private-server.ts'
import { describeBroken, runMany } from './many.ts'
import { catchMutants } from './mutants.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

const whole = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const program = new Command('test:simulation')
  .description('Runs the poller against a simulated upstream, with crashes, and checks what it told.')
  .option('--seeds <count>', 'runs of each scenario', whole, 300)
  .option('--steps <count>', 'steps of each run', whole, 800)
  .option('--scenario <name>', `one of ${SCENARIOS.map(({ name }) => name).join(', ')}`)
  .option('--mixture <json>', 'a scenario of your own: the fields of Scenario, as test:models prints them')
  .option('--seed <seed>', 'only this one')
  .option('--first <seed>', 'the first seed', whole, 1)
  .option('--until-broken', 'stop a scenario at the first run that breaks a promise')
  .option('--mutants', 'break the code in all the ways that must be noticed, and see that they are')
  .option('--socket <path>', 'a Redis that runs already')
  .parse()
const options = program.opts<{
  seeds: number
  steps: number
  scenario?: string
  mixture?: string
  seed?: string
  first: number
  untilBroken?: boolean
  mutants?: boolean
  socket?: string
}>()

let failed = false
const folder = options.socket === undefined ? mkdtempSync(join(tmpdir(), 'ringpost-simulation-')) : null
const redis =
  folder === null ? null : await startPrivateRedis({ dataDir: folder, logger: pino({ level: 'warn' }) })
try {
  const socket = options.socket ?? redis?.socketPath ?? ''
  failed = options.mutants ? !(await catchMutants(socket, print)) : !(await runScenarios(socket))
} finally {
  await redis?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

async function runScenarios(socket: string): Promise<boolean> {
  const chosen: readonly Scenario[] =
    options.mixture === undefined
      ? SCENARIOS.filter(({ name }) => options.scenario === undefined || name === options.scenario)
      : [JSON.parse(options.mixture)]
  if (chosen.length === 0) program.error(`There is no scenario ${options.scenario}.`)
  let good = true
  for (const scenario of chosen) {
    const began = Date.now()
    const summary = await runMany({
      socket,
      scenario,
      firstSeed: options.seed === undefined ? options.first : whole(options.seed),
      runs: options.seed === undefined ? options.seeds : 1,
      steps: options.steps,
      ...(options.untilBroken ? { untilBroken: true } : {}),
    })
    const { runs, steps, polls, interruptions, decisions, events, broken } = summary
    print(
      `${scenario.name.padEnd(10)} ${runs} runs, ${steps} steps, ${polls} polls, ${interruptions} interrupted, ${decisions} decisions, ${events} events, ${broken.length} runs broken (${Math.round((Date.now() - began) / 1000)} s)`,
    )
    for (const result of broken.slice(0, 3)) print(describeBroken(scenario.name, result))
    good &&= broken.length === 0
  }
  return good
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

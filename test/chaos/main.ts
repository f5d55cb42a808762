import { mkdirSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../src/config/duration.ts'
import { runCrashes } from './crashes.ts'
import { RECOVERED_WITHIN_MS, runEach } from './each.ts'
import { CASES, type FailoverResult, runFailover } from './failover.ts'
import { describeCrashes, describeEach, describeFailovers, describeRun } from './report.ts'
import { runChaos } from './run.ts'
import { LAYOUTS, type LayoutName } from './world.ts'

/** Starts, the wait for quiet and the comparison have this long beside the duration (ms). */
const BESIDE_MS = 10 * 60_000
const EACH_MS = 60 * 60_000
const QUIET_WITHIN_MS = 5 * 60_000

const whole = (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const options = new Command('test:chaos')
  .description(
    'Breaks everything that a running ringpost stands on, and holds what it told against what was true.',
  )
  .option('--seed <seed>', 'the same faults again', whole, Math.floor(Math.random() * 1e9))
  .option('--duration <duration>', 'how long faults are inflicted, e.g. 10m', parseDuration, 60_000)
  .option('--faults <count>', 'how many; without it one each 800 ms', whole)
  .option('--rate <calls>', 'calls per second', whole, 60)
  .option('--layout <name>', `one of ${Object.keys(LAYOUTS).join(', ')}; without it the seed decides`)
  .option('--lossless', 'without the faults that lose what Redis has acknowledged')
  .option(
    '--each [kinds]',
    'each fault by itself, or those named, and how long it is felt after it has been healed',
  )
  .option('--hold <duration>', 'how long each of them holds', parseDuration, 4_000)
  .option('--crashes', 'a process that dies at each of its side effects, before and after it')
  .option(
    '--failover',
    'a Redis master that dies under load, with Sentinels and in a cluster, and what is lost',
  )
  .option('--times <count>', 'how often each of these crashes and failovers', whole, 1)
  .option('--logs <folder>', "keep the processes' output there")
  .option('--json <file>', 'where the report goes, as JSON')
  .parse()
  .opts<{
    seed: number
    duration: number
    faults?: number
    rate: number
    layout?: LayoutName
    lossless?: boolean
    each?: true | string
    hold: number
    crashes?: true
    failover?: true
    times: number
    logs?: string
    json?: string
  }>()

// One process dies at a time, where each is to die at its side effects.
const chosen = options.crashes ? 'one' : options.layout
const layout: LayoutName = chosen ?? (options.seed % 2 === 0 ? 'one' : 'split')
process.stdout.write(`seed ${options.seed}, layout ${layout}\n`)
// Whatever happens, it ends; processes that it has started end with it.
const end = setTimeout(
  () => {
    process.stderr.write('The run has not ended in time.\n')
    process.exit(2)
  },
  (options.each === undefined && !options.crashes && !options.failover ? options.duration : EACH_MS) +
    BESIDE_MS,
)
end.unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const began = Date.now()
const say = (line: string) =>
  process.stdout.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${line}\n`)
const common = {
  seed: options.seed,
  layout,
  callsPerSecond: options.rate,
  say,
  ...(options.logs === undefined ? {} : { logDir: options.logs }),
}
const { result, text, broken } = options.crashes
  ? await crashes()
  : options.failover
    ? await failover()
    : options.each === undefined
      ? await random()
      : await each(options.each)
process.stdout.write(`\n${text}\n`)
mkdirSync('.cache/chaos', { recursive: true })
const file =
  options.json ??
  `.cache/chaos/${options.crashes ? 'crashes' : options.failover ? 'failover' : options.each ? 'each' : options.seed}.json`
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
process.stdout.write(`\n${file}\n`)
process.exit(broken ? 1 : 0)

async function random() {
  const result = await runChaos({
    ...common,
    durationMs: options.duration,
    faults: options.faults ?? Math.round(options.duration / 800),
    ...(options.lossless ? { lossless: true } : {}),
    quietWithinMs: QUIET_WITHIN_MS,
  })
  return { result, text: describeRun(result), broken: result.violations.length > 0 }
}

async function each(kinds: true | string) {
  const result = await runEach({
    ...common,
    holdMs: options.hold,
    ...(kinds === true ? {} : { only: kinds.split(',') }),
  })
  const { recoveries, found } = result
  const broken =
    found.violations.length > 0 ||
    recoveries.some(({ recoveredMs }) => (recoveredMs ?? Infinity) > RECOVERED_WITHIN_MS)
  return { result, text: describeEach(recoveries, found), broken }
}

async function crashes() {
  const result = await runCrashes({ ...common, times: options.times, withinMs: EACH_MS })
  const broken = result.found.violations.length > 0 || result.results.some(({ hits }) => hits === 0)
  return { result, text: describeCrashes(result), broken }
}

async function failover() {
  const result: FailoverResult[] = []
  for (let time = 1; time <= options.times; time++) {
    for (const one of CASES) {
      const came = await runFailover(one, { callsPerSecond: options.rate })
      result.push(came)
      say(
        `${one.redis}, of ${one.of}, ${came.behindMs} ms behind: goes on after ${came.goesOnMs} ms, all told after ${came.wellAgainMs} ms`,
      )
    }
  }
  const broken = result.some(({ lost, violations }) => lost > 0 || violations.length > 0)
  return { result, text: describeFailovers(result), broken }
}

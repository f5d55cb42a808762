import { mkdirSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../src/config/duration.ts'
import { LAYOUTS, type LayoutName } from '../chaos/world.ts'
import { plot } from './plot.ts'
import { soak } from './soak.ts'

/** Starts and the last sample have this long beside the duration (ms). */
const BESIDE_MS = 5 * 60_000

const number = (text: string) => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above zero.')
  return value
}
const layoutOf = (text: string) => {
  if (!Object.hasOwn(LAYOUTS, text)) throw new InvalidArgumentError(`There are ${Object.keys(LAYOUTS)}.`)
  return text as LayoutName
}

const options = new Command('test:soak')
  .description(
    'Runs ringpost under a steady load, and fails where what anything holds does not stay the same.',
  )
  .option('--duration <duration>', 'how long, e.g. 1h', parseDuration, 3_600_000)
  .option('--warm-up <duration>', 'what is not judged; without it a third of the duration', parseDuration)
  .option('--every <duration>', 'between two samples', parseDuration, 5_000)
  .option('--rate <calls>', 'calls per second', number, 20)
  .option('--layout <name>', `one of ${Object.keys(LAYOUTS).join(', ')}`, layoutOf, 'split' as LayoutName)
  .option('--out <file>', 'where the report goes, without its ending', '.cache/soak/soak')
  .parse()
  .opts<{
    duration: number
    warmUp?: number
    every: number
    rate: number
    layout: LayoutName
    out: string
  }>()

const end = setTimeout(() => {
  process.stderr.write('The run has not ended in time.\n')
  process.exit(2)
}, options.duration + BESIDE_MS)
end.unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const began = Date.now()
const warmUpMs = options.warmUp ?? options.duration / 3
const result = await soak({
  layout: options.layout,
  callsPerSecond: options.rate,
  durationMs: options.duration,
  warmUpMs,
  everyMs: options.every,
  say: (line) =>
    process.stdout.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(6)} s  ${line}\n`),
})
const rising = result.lines.filter(({ judged }) => !judged.flat)
const width = Math.max(...result.lines.map(({ name }) => name.length))
for (const { name, unit, points, judged } of result.lines) {
  const last = points.at(-1)?.value ?? 0
  const verdict = judged.flat ? 'flat' : `NOT FLAT: ${judged.perHour.toFixed(1)} ${unit} an hour`
  process.stdout.write(
    `  ${name.padEnd(width)}  ${last.toFixed(1).padStart(9)} ${unit.padEnd(2)}  ${verdict}\n`,
  )
}
for (const crash of result.crashes) process.stdout.write(`ENDED BY ITSELF: ${crash}\n`)

mkdirSync('.cache/soak', { recursive: true })
writeFileSync(`${options.out}.json`, `${JSON.stringify(result, null, 2)}\n`)
const title = `ringpost for ${Math.round(options.duration / 60_000)} min: ${result.calls} calls, ${result.webhooks} webhooks`
const drawn = result.lines.map((line) => ({ ...line, wrong: !line.judged.flat }))
writeFileSync(`${options.out}.svg`, plot(title, drawn, warmUpMs))
process.stdout.write(`\n${options.out}.json, ${options.out}.svg\n`)
process.exit(rising.length > 0 || result.crashes.length > 0 ? 1 : 0)

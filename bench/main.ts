import { writeFileSync } from 'node:fs'
import { arch, cpus, totalmem } from 'node:os'
import { Command } from 'commander'
import { runBuilt } from './built.ts'
import { benchDelivery } from './delivery/section.ts'
import { benchDetection } from './detection/section.ts'
import { benchScaling } from './scaling/section.ts'
import type { Section } from './section.ts'

const SECTIONS = new Map<string, Section>([
  ['detection', benchDetection],
  ['delivery', benchDelivery],
  ['scaling', benchScaling],
])
const known = [...SECTIONS.keys()].join(', ')

const program = new Command('bench')
  .description('Measures ringpost against a simulated upstream and a Redis of its own.')
  .argument('[sections...]', `which to run, all of them without one: ${known}`)
  .option('--quick', 'small numbers, to see that it works; the figures mean nothing')
  .option('--rounds <count>', 'pairs of a full scan and its floor', Number, 5)
  .option('--parts <names>', 'only these parts of delivery: throughput, latency, isolation, outage', (text) =>
    text.split(','),
  )
  .option('--built', 'run what is published, JavaScript, and not the source')
  .option('--json <file>', 'also write the results as JSON')
  .parse()
const {
  quick = false,
  built = false,
  json,
  rounds,
  parts,
} = program.opts<{ quick?: boolean; built?: boolean; json?: string; rounds: number; parts?: string[] }>()

if (built && import.meta.url.endsWith('.ts')) process.exit(runBuilt(process.argv.slice(2)))

const names = program.args.length > 0 ? program.args : [...SECTIONS.keys()]
const results: Record<string, unknown> = {
  machine: {
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    arch: arch(),
    node: process.version,
  },
  quick,
  built,
}
for (const name of names) {
  const run = SECTIONS.get(name) ?? program.error(`There is no section ${name}; there are ${known}.`)
  const { result, tables } = await run({
    quick,
    rounds: quick ? 1 : rounds,
    wants: (part) => parts === undefined || parts.includes(part),
    say: (line) => process.stderr.write(`${line}\n`),
  })
  results[name] = result
  process.stdout.write(`\n${tables.join('\n\n')}\n`)
}
if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`)

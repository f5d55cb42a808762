import type { Command } from 'commander'
import type { Finding, FindingStatus } from '../../checks/finding.ts'
import { createOutput, type Output, type Style } from '../output.ts'
import { printableLines } from '../printable.ts'
import { orExit } from '../run.ts'

const MARKS: Record<FindingStatus, readonly [mark: string, style: Style]> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
  skipped: ['–', 'dim'],
}

/** `ringpost doctor`: what is wrong, and how to mend it. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('find what is wrong here, and say how to mend it; exits with 1 where something is')
    .option('--url <url...>', 'look at these URLs, too, as if they were endpoints')
    .option('--send-tests', 'have the server send each enabled endpoint a ringpost.test')
    .addHelpText(
      'after',
      `
Run it where ringpost runs, with the same environment. It looks at the configuration and its file, the data folder, Redis,
the API key with its scope and region, the clock, the port, the server that runs with its sources, and whether
its endpoints can be reached. Without --send-tests it sends them nothing, and it changes nothing.

Examples:
  ringpost doctor
  ringpost doctor --url https://n8n.example.com/webhook/callers
  ringpost doctor --json | jq '.checks[] | select(.status == "problem")'`,
    )
    .action((options: { url?: string[]; sendTests?: boolean }, command: Command) =>
      orExit(async () => {
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        const out = createOutput({ json })
        const { examine } = await import('../doctor/examine.ts')
        const checks = await examine({
          cwd: process.cwd(),
          env: process.env,
          urls: options.url ?? [],
          sendTests: options.sendTests ?? false,
        })
        const count = (status: FindingStatus) => checks.filter((finding) => finding.status === status).length
        const [problems, warnings] = [count('problem'), count('warning')]
        out.answer({ ok: problems === 0, problems, warnings, checks }, () =>
          [...checks.map((finding) => describe(out, finding)), '', summary(problems, warnings)].join('\n'),
        )
        if (problems > 0) process.exitCode = 1
      }),
    )
}

function describe(out: Pick<Output, 'style'>, { check, status, message, fix }: Finding): string {
  const [mark, style] = MARKS[status]
  const lines = [`${out.style(style, mark)} ${out.style('bold', check)}: ${printableLines(message)}`]
  if (fix !== null) lines.push(`    → ${printableLines(fix)}`)
  return lines.join('\n')
}

function summary(problems: number, warnings: number): string {
  if (problems + warnings === 0) return 'Nothing is wrong.'
  const of = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`
  return `${of(problems, 'problem')}, ${of(warnings, 'warning')}.`
}

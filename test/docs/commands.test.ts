import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { createProgram } from '../../src/cli/program.ts'
import { createSecret, signatureHeader } from '../../src/deliver/sign.ts'
import { TOKEN } from '../api/support.ts'
import { startCommand } from '../cli/cli.ts'
import { startService } from '../cli/service.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { type Block, blocksOf, type DocumentedCommand } from './commands.ts'
import { readPages } from './pages.ts'
import { createShell } from './shell.ts'

const ROOT = new URL('../../', import.meta.url).pathname

/** Run here against a server of the test. A line that is neither here nor below fails the test. */
const RUN: RegExp[] = [
  /^ringpost (?!serve|master-key)/,
  /^npm run ringpost -- /,
  /^curl [^|]*(localhost:7464|127\.0\.0\.1:7464|\$RINGPOST_URL)/,
  /^echo '.*ringpost completion/,
  /^install -m 600 \/dev\/null \.env/,
  /^printf .*> \.env$/s,
  /^grep .* ringpost\.log \| grep /,
  /^t=\$\(date \+%s\); body=/,
  /^v0=\$\(printf .*openssl dgst/,
]

/** What cannot be run here, why, and which test knows what is behind it. */
const ELSEWHERE: { pattern: RegExp; because: string; test: string }[] = [
  { pattern: /^git clone /, because: 'the repository has no address here', test: 'test/bootstrap.test.ts' },
  {
    pattern: /^(ELEVENLABS_API_KEY=\S+ )?npm start$/,
    because: 'it runs on',
    test: 'test/e2e/demo.test.ts',
  },
  {
    pattern: /^docker compose (up|down|exec redis|cp|run)\b/,
    because: 'there is no Docker; the commands of the services are run without it',
    test: 'test/deploy/backup.test.ts',
  },
  {
    pattern: /^docker compose exec ringpost node dist\/src\/cli\/main\.js /,
    because: 'there is no Docker; the command line of the image is run without it',
    test: 'test/deploy/split-roles.test.ts',
  },
  { pattern: /^docker build /, because: 'there is no Docker', test: 'test/deploy/image.test.ts' },
  {
    pattern: /^(helm|kubectl) /,
    because: 'there is no cluster; what would be applied is validated',
    test: 'test/deploy/chart.test.ts',
  },
  {
    pattern: /^redis-server |^export REDIS_URL=|^RINGPOST_ROLES=\S+ .*ringpost serve$/,
    because: 'it runs on, at a port that is taken; the same processes are started at others',
    test: 'test/deploy/split-roles.test.ts',
  },
  {
    pattern: /^mv data\/redis |^mkdir -m 700 data\/redis$|^sh deploy\/restore\.sh \S+ data\/redis$/,
    because: 'it is about a private Redis that has stopped',
    test: 'test/deploy/restore.test.ts',
  },
  {
    pattern: /^sh deploy\/backup-cluster\.sh |^sh deploy\/restore\.sh \/backups\/|^cp \/backups\//,
    because: 'it is about a Redis Cluster that has stopped',
    test: 'test/deploy/cluster-backup.test.ts',
  },
  {
    pattern: /^ringpost master-key rotate/,
    because: 'it refuses while a server runs',
    test: 'test/e2e/master-key.test.ts',
  },
  {
    pattern: /^timedatectl |^ss -ltnp |^redis-cli -u "\$REDIS_URL" config set /,
    because: "it is about the reader's own machine",
    test: 'test/docs/troubleshooting.test.ts',
  },
  {
    pattern: /^cat data\/api-token|^PORT=\S+ npm start$/,
    because: 'it is about a server that has been started there',
    test: 'test/e2e/demo.test.ts',
  },
  {
    pattern: /^curl https:\/\/api\.hubapi\.com\//,
    because: 'it needs an account of HubSpot',
    test: 'test/kinds/crm/conformance.test.ts',
  },
]

/** Pages about a server that is in trouble, which none here is: `troubleshooting.test.ts` runs their commands. */
const IN_TROUBLE = ['docs/troubleshooting.md']

/** Scripts of package.json that pages name: what takes their options, and the test that runs it. */
const SCRIPTS: Record<string, { main: string; test: string }> = {
  'test:simulation': { main: 'test/simulation/main.ts', test: 'test/simulation/simulation.test.ts' },
  'test:chaos': { main: 'test/chaos/main.ts', test: 'test/chaos/chaos.test.ts' },
}

/** What a reader puts in place of `…` in addresses and settings of services that are not asked here. */
const FILLED_IN: [RegExp, string][] = [
  [/https:\/\/hooks\.slack\.com\/services\/…/g, 'https://hooks.slack.com/services/T0000/B0000/abcdefabcdef'],
  [
    /https:\/\/discord\.com\/api\/webhooks\/…\/…/g,
    'https://discord.com/api/webhooks/123456789012345678/abc-DEF',
  ],
  [/https:\/\/hook\.eu2\.make\.com\/…/g, 'https://hook.eu2.make.com/abcdefghijklmnopqrstuvwxyz012345'],
  [/https:\/\/n8n\.example\.com\/webhook\/…/g, 'https://n8n.example.com/webhook/5f1d9c3a'],
  [
    /https:\/\/hooks\.zapier\.com\/hooks\/catch\/…\/…\//g,
    'https://hooks.zapier.com/hooks/catch/123456/abcdef/',
  ],
  [
    /https:\/\/…\.environment\.api\.powerplatform\.com:443\/powerautomate\/…&sig=…/g,
    'https://default5f1d.5f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/5f1d/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcdef',
  ],
  [/bot_token=123456789:AA…/g, `bot_token=123456789:AA${'b'.repeat(33)}`],
  [/access_token=pat-na1-…/g, 'access_token=pat-na1-5f1d9c3a-27e0-4b5c-8d6e-1f2a3b4c5d6e'],
  [/api_token=…/g, `api_token=${'5f'.repeat(20)}`],
  [/user_id_field=dcf558aa…/g, `user_id_field=${'dc'.repeat(20)}`],
  [/conversations_field=9a3c…/g, `conversations_field=${'9a'.repeat(20)}`],
  [/client_id=3MVG9…/g, 'client_id=3MVG9abcdef'],
  [/client_secret=…/g, 'client_secret=5F1D9C3A'],
  [
    /--set …$/g,
    '--set domain_url=https://example.my.salesforce.com --set client_id=3MVG9abcdef --set client_secret=5F1D',
  ],
  [/'sk_…'/g, "'sk_0123456789abcdef'"],
]

const blocks = readPages().flatMap(blocksOf)
const all = blocks.flatMap(({ commands }) => commands)
const isRun = ({ text }: DocumentedCommand) => RUN.some((pattern) => pattern.test(text))
const elsewhere = ({ text }: DocumentedCommand) => ELSEWHERE.some(({ pattern }) => pattern.test(text))
const scriptOf = ({ text }: DocumentedCommand) => /^npm run (?!ringpost )(\S+)/.exec(text)?.[1]
const where = ({ path, line, text }: DocumentedCommand) => `${path}:${line}: ${text}`

test('every command of the pages is run, or it is said why not and which test knows of it', () => {
  expect(all.length).toBeGreaterThan(60)
  const unknown = all.filter((one) => !isRun(one) && !elsewhere(one) && scriptOf(one) === undefined)
  expect(unknown.map(where)).toEqual([])
  expect(all.filter((one) => isRun(one) && elsewhere(one)).map(where)).toEqual([])
  // Nor is there a rule for what no page says any more.
  for (const pattern of [...RUN, ...ELSEWHERE.map((one) => one.pattern)]) {
    expect(
      all.some(({ text }) => pattern.test(text)),
      String(pattern),
    ).toBe(true)
  }
  for (const one of ELSEWHERE) expect(existsSync(join(ROOT, one.test)), one.test).toBe(true)
})

test('the scripts that pages name are those of package.json, take their options, and are run by a test', () => {
  expect(manifest.scripts.ringpost).toBe('node src/cli/main.ts')
  for (const one of all) {
    const script = scriptOf(one)
    if (script === undefined) continue
    expect(manifest.scripts, where(one)).toHaveProperty([script])
    const known = SCRIPTS[script]
    if (known === undefined) throw new Error(`${where(one)}: which test runs it?`)
    expect(manifest.scripts[script as keyof typeof manifest.scripts]).toContain(known.main)
    expect(existsSync(join(ROOT, known.test)), known.test).toBe(true)
    const source = readFileSync(join(ROOT, known.main), 'utf8')
    for (const [, option = ''] of one.text.replace(/\s#.*/, '').matchAll(/ --([a-z][\w-]*)/g)) {
      expect(source, where(one)).toMatch(new RegExp(`['"]?\\b${option}['"]?\\s*:|--${option}\\b`))
    }
  }
})

test('commands within sentences are verbs and options that there are', () => {
  const program = createProgram()
  const named = readPages().flatMap(({ path, lines }) =>
    lines.flatMap((text, i) =>
      [...text.matchAll(/`(?:npm run ringpost -- |ringpost )([a-z][^`]*)`/g)].map(([, words = '']) => ({
        path,
        line: i + 1,
        text: words,
      })),
    ),
  )
  expect(named.length).toBeGreaterThan(30)
  expect(
    named.flatMap((one) => unknownWords(program, one.text).map((word) => `${where(one)}: ${word}`)),
  ).toEqual([])
  expect(unknownWords(program, 'evnts list')).toEqual(['evnts'])
  expect(unknownWords(program, 'events list|sho --since 2h --nope')).toEqual(['sho', '--nope'])
})

/** Verbs and options that the command line does not have; `list\|show` and `list | show` are one of these. */
function unknownWords(program: Command, text: string): string[] {
  const words = text.replaceAll('\\|', '|').replaceAll(' | ', '|').split(/\s+/)
  const unknown: string[] = []
  let found = [program]
  while (found.some((one) => one.commands.length > 0) && words[0] !== undefined && /^[a-z]/.test(words[0])) {
    const names = (words.shift() ?? '').split('|')
    const next = names.flatMap((name) => {
      const command = found.flatMap((one) => one.commands).find((one) => one.name() === name)
      if (command === undefined) unknown.push(name)
      return command ?? []
    })
    found = next.length > 0 ? next : [program]
    if (next.length === 0) break
  }
  const options = [program, ...found].flatMap((one) => one.options.map(({ long }) => long))
  for (const word of words) {
    const option = /^\[?(--[a-z][\w-]*)/.exec(word)?.[1]
    if (option !== undefined && option !== '--help' && !options.includes(option)) unknown.push(option)
  }
  return unknown
}

test('the commands of the pages do what they say, one block after the other', {
  timeout: 300_000,
}, async () => {
  const service = await startService({ LOG_LEVEL: 'info' })
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const { id: first } = await service.api('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => (await service.api('GET', '/v1/sources/src_default')).state === 'live')

  // What runs on is stopped when it has shown what it is for.
  const calls = setInterval(() => service.simulator.call({ user_id: '+15551234567' }), 500)
  const tail = await startCommand(service.url, ['events', 'tail']).finally(() => clearInterval(calls))
  await until(() => /user\.\w+.*\+15551234567/.test(tail.output()))
  await tail.stop()
  const delivery = await until(async () => {
    const { data } = await service.api('GET', `/v1/deliveries?endpoint_id=${first}&status=succeeded`)
    return data[0] as { id: string; event_id: string } | undefined
  })

  const folder = await mkdtemp(join(tmpdir(), 'commands-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const shell = await createShell(folder)
  const now = Date.now()
  const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16)

  /** A command as a reader would type it: with what is theirs. */
  const filledIn = (text: string, endpoint: string) =>
    FILLED_IN.reduce((all, [pattern, value]) => all.replace(pattern, value), text)
      .replaceAll('npm run ringpost -- ', 'ringpost ')
      .replace(/(https?:\/\/)?(localhost|127\.0\.0\.1):7464/g, service.url)
      .replaceAll('whsec_…', SIGNED.secret)
      .replaceAll('ep_…', endpoint)
      .replaceAll('evt_…', delivery.event_id)
      .replaceAll('dlv_…', delivery.id)
      .replace(/"time":"\d{4}-\d\d-\d\dT\d\d:[\d[\]-]+/g, `"time":"${minute(now).slice(0, 10)}`)
      // In one go: what was put in may look like what is to be replaced. Ends of periods are after the tenth minute.
      .replace(
        /\d{4}-\d\d-\d\dT\d\d:([0-5]\d)Z/g,
        (_, at) => `${minute(now + (Number(at) > 10 ? 3_600_000 : -3_600_000))}Z`,
      )

  const printed = new Map<string, string>()

  async function runPage(path: string, ofPage: Block[]): Promise<string[]> {
    const home = await mkdtemp(join(folder, 'page-'))
    await mkdir(join(home, '.config/fish/completions'), { recursive: true })
    await writeFile(join(home, 'ringpost.log'), service.ringpost.output())
    await writeFile(join(home, 'request.http'), SIGNED.request)
    const { id: endpoint } = await service.api('POST', '/v1/endpoints', { url: receiver.url })
    const failed: string[] = []
    for (const { commands, json } of ofPage) {
      const lines = commands.filter(isRun).filter(({ text }) => !/events tail$/.test(text))
      if (lines.length === 0) continue
      if (json !== null) await writeFile(join(home, 'contact.json'), json)
      const script = lines.map(({ text }) => filledIn(text, endpoint))
      const left = script.find((text) => /…|<\w+>/.test(text.replace(/\s#.*/, '')))
      if (left !== undefined) {
        failed.push(`${path}: nothing is known to put into: ${left}`)
        continue
      }
      // Of a block that fails, the command that did.
      const text = `set -euo pipefail\ntrap 'echo "failed: $BASH_COMMAND" >&2' ERR\n${script.join('\n')}\n`
      const env = { RINGPOST_URL: service.url, RINGPOST_API_TOKEN: TOKEN, TOKEN, SECRET }
      const { code, stdout, stderr } = await shell.run(text, home, env, SECRET)
      if (code === 0) printed.set(path, (printed.get(path) ?? '') + stdout)
      else failed.push(`${path}:${lines[0]?.line}: exit code ${code}\n${stdout}${stderr}`)
    }
    return failed
  }

  const pages = [...new Set(blocks.map(({ path }) => path))].filter((path) => !IN_TROUBLE.includes(path))
  const failed: string[] = []
  const waiting = [...pages]
  const work = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      failed.push(
        ...(await runPage(
          path,
          blocks.filter((one) => one.path === path),
        )),
      )
    }
  }
  // The nudge's secret is entered in one block and used by another of the same page, so pages are what is parallel.
  await Promise.all([work(), work(), work()])
  expect(failed.join('\n')).toBe('')
  // What an operator looks for is in what the commands for it print.
  for (const found of [delivery.event_id, delivery.id, 'answered 204', 'REQUESTS', '"msg":"attempt"']) {
    expect(printed.get('docs/running.md')).toContain(found)
  }
})

/** As ElevenLabs makes them. */
const SECRET = `wsec_${'5f'.repeat(32)}`

/** A request as somebody has saved it, and what it was signed with. */
const SIGNED = signedRequest()

function signedRequest() {
  const secret = createSecret()
  const [id, body, at] = ['evt_saved', '{"type":"user.created"}', 1_700_000_000]
  const signature = signatureHeader([secret], id, at, body)
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return { secret, request: `${head.join('\n')}\n\n${body}` }
}

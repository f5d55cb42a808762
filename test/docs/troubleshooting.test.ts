import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret, signatureHeader } from '../../src/deliver/sign.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import { TOKEN } from '../api/support.ts'
import { startCommand } from '../cli/cli.ts'
import { startService } from '../cli/service.ts'
import { startRingpost } from '../e2e/ringpost.ts'
import { freePort } from '../support/free-port.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { createShell } from './shell.ts'
import { likeQuote, readSymptoms } from './symptoms.ts'

/** What is not typed here, and why. */
const NOT_RUN: Record<string, string> = {
  'timedatectl set-ntp true': "it sets the machine's clock",
  'cat data/api-token          # of the demo: data/demo/api-token':
    'the demo is run in test/e2e/demo.test.ts',
  'ss -ltnp | grep :7464': 'a program of the machine, at a port of the reader',
  'PORT=7480 npm start': 'it is run in test/e2e/demo.test.ts',
}

/** Words of what is quoted and not seen here, and what it would need; pages.test.ts holds it against the source. */
const NOT_SEEN: Record<string, string> = {
  'The demo runs already at': 'a demo that runs: test/e2e/demo.test.ts',
  'users recorded so far, no alerts sent': 'an upstream that takes its time',
  'users are gone from the list at once': 'two full scans of a long list',
  'The list has been empty for some minutes': 'some minutes',
  'A baseline found more than': 'a list with wrong dates',
  'clock is 42 s ahead of upstream': 'a clock that is wrong',
  'Nothing but failures for five days': 'five days',
  'changes surfaced below the watermark': 'an upstream that is late, and a full scan',
  'met for the first time and not announced': 'wrong dates of people who call before the next poll',
  'belongs to another region: https://': 'several regions',
  'Too many wrong tokens came from': 'an address of its own, for it shuts out all others of it',
  'You are no longer signed in': 'a browser',
  'Redis refuses every change, for it is full': 'a Redis that stays full: test/e2e/start-while-full.test.ts',
  'Redis refuses every change, for it cannot write': 'a disk that is full',
  'Redis refuses every change, for it has too few replicas': 'replicas that are away',
  'Redis refuses every change, for it is a replica': 'a replica: test/redis/lost-connections.test.ts',
  'The sweep failed here': 'a Redis that stays full',
  'Redis cannot write its append-only file': 'a disk that is full',
  'has the maxmemory-policy': 'another Redis',
  'were written by a newer ringpost': 'a newer version',
  'could not be put into the history of polls': 'a Redis that fails at this and at nothing else',
  'Redis has lost the state of this source': 'a Redis that was emptied',
}

const MASTER_KEY = '5f'.repeat(32)
const symptoms = readSymptoms()

type Fill = Record<string, string>
interface More {
  /** Null where both 0 and 1 are right: doctor looks at what the other chapters break, too. */
  code?: number | null
  input?: string
  env?: Record<string, string>
}

test('what docs/troubleshooting.md has people type shows what it says, symptom after symptom', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'symptoms-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  const shell = await createShell(folder)
  const redisPort = await freePort()
  const redis = await startRedisServer(join(folder, 'redis'), redisPort)
  onTestFinished(() => redis.kill())
  const settings = {
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    RINGPOST_MASTER_KEY: MASTER_KEY,
    RINGPOST_DEMO: 'false',
  }
  const service = await startService({
    ...settings,
    ELEVENLABS_API_KEY: '',
    // Sources are polled when a chapter says so.
    RINGPOST_POLL_INTERVAL: '10m',
    // Long enough for a busy machine: what hangs is waited for, by several chapters at once.
    RINGPOST_DELIVERY_TIMEOUT: '8s',
    RINGPOST_RETRY_SCHEDULE: '100ms,5s,1h',
    RINGPOST_EVENT_RETENTION: '1d',
  })
  const asServer = {
    ...service.env,
    PORT: new URL(service.url).port,
    RINGPOST_DATA_DIR: service.dataDir,
    RINGPOST_URL: '',
  }
  const typed = new Set<string>()
  const seen = new Set<string>()

  /** A chapter of the page at work: it can type its commands, and see its quotes. */
  function chapterOf(heading: string) {
    const symptom = symptoms.find((one) => one.heading === heading)
    if (symptom === undefined) throw new Error(`The page has no chapter "${heading}".`)
    return {
      /** Types a command of the chapter with what is the reader's, and answers what it printed. */
      async run(command: string, fill: Fill = {}, { code = 0, input, env = {} }: More = {}): Promise<string> {
        if (!symptom.commands.includes(command)) throw new Error(`${heading} does not say: ${command}`)
        typed.add(command)
        const text = Object.entries(fill).reduce((all, [from, to]) => all.replaceAll(from, to), command)
        const own = { RINGPOST_URL: service.url, RINGPOST_API_TOKEN: TOKEN, ...env }
        const { code: ended, stdout, stderr } = await shell.run(text, folder, own, input)
        const expected = [code === null && ended === 1 ? 1 : (code ?? 0), code === 0 ? '' : stderr]
        expect([ended, stderr], `${text}\n${stdout}${stderr}`).toEqual(expected)
        return stdout + stderr
      },
      /** Holds the quote with these words in it against what was printed. */
      sees(printed: string, words: string): void {
        const quote = symptom.quotes.find((one) => one.includes(words))
        if (quote === undefined) throw new Error(`${heading} does not quote: ${words}`)
        seen.add(quote)
        expect(printed).toMatch(likeQuote(quote))
      },
    }
  }
  const api = (method: string, path: string, body?: unknown) => service.api(method, path, body)

  /** A source with users that it knows, at a simulator of its own; it is polled when somebody says so. */
  async function source(users = 20) {
    const simulator = await createSimulator()
    onTestFinished(() => simulator.close())
    simulator.seed({ users, newestUnixSecs: Math.floor(Date.now() / 1000) - 86_400 })
    const list = { name: 'support', base_url: simulator.url, api_key: 'sim_key' }
    const { id } = await api('POST', '/v1/sources', list)
    await until(async () => (await api('GET', `/v1/sources/${id}`)).state === 'live')
    const poll = () => api('POST', `/v1/sources/${id}/poll`, {})
    return { id: id as string, simulator, poll, fill: { src_default: id, 'src_…': id } as Fill }
  }
  type Source = Awaited<ReturnType<typeof source>>

  async function receiver() {
    const one = await startTestReceiver()
    onTestFinished(() => one.close())
    return one
  }
  async function endpoint(of: Source, url: string, more: object = {}): Promise<string> {
    return (await api('POST', '/v1/endpoints', { url, source_ids: [of.id], ...more })).id
  }
  /** The first delivery to an endpoint for which this holds. */
  const delivery = (id: string, holds: (one: { status: string; attempts: unknown[] }) => boolean) =>
    until(async () => {
      const { data } = await api('GET', `/v1/deliveries?endpoint_id=${id}`)
      return data.find(holds) as { id: string; event_id: string; status: string } | undefined
    })

  const intro = chapterOf('')
  const empty = chapterOf('Nothing arrives')
  const before = await intro.run('ringpost doctor', {}, { env: asServer })
  empty.sees(before, 'has no source')
  empty.sees(before, 'has no endpoint')

  const chapters: Record<string, (chapter: ReturnType<typeof chapterOf>) => Promise<void>> = {
    async 'Nothing arrives'({ run, sees }) {
      const a = await source()
      const key = { '--key -': `--key - --base-url ${a.simulator.url}` }
      expect(await run('ringpost sources add support --key -', key, { input: 'sim_key\n' })).toMatch(
        /src_\w+/,
      )
      const added = await run('ringpost endpoints add https://example.com/hooks/callers --types user.created')
      await api('DELETE', `/v1/endpoints/${/ep_\w+/.exec(added)?.[0]}`)

      await api('PATCH', `/v1/sources/${a.id}`, { paused: true })
      sees(await run('ringpost sources show src_default', a.fill), 'polling is paused')
      expect(await run('ringpost sources resume src_default', a.fill)).not.toBe('')
      expect((await api('GET', `/v1/sources/${a.id}`)).paused).toBe(false)

      const hook = await receiver()
      const id = await endpoint(a, hook.url)
      const other = await endpoint(a, hook.url, { event_types: ['user.removed'] })
      a.simulator.call({ user_id: 'caller' })
      await a.poll()
      const { event_id } = await delivery(id, ({ status }) => status === 'succeeded')
      expect(await run('ringpost sources list')).toContain(a.id)
      // Of the newest, to which what other chapters do adds.
      expect(await run('ringpost events list --since 2h')).toMatch(/\bevt_\w{32}\b/)
      expect(await run('ringpost deliveries list --since 2h')).toMatch(/\bdlv_\w{32}\b/)
      expect(await run('ringpost endpoints show ep_…', { 'ep_…': other })).toMatch(/user\.removed/)
      const fill = { 'ep_…': other, 'evt_…': event_id }
      expect(await run('ringpost events replay evt_… --endpoint ep_…', fill)).toContain(`queued to ${other}`)
      await until(() => hook.webhooks.filter((one) => one.id === event_id).length === 2)

      // A receiver that is not there, one that wants a password, and one that has moved.
      const moved = createServer((request, answer) => {
        if (request.url === '/locked') answer.writeHead(401).end()
        else answer.writeHead(301, { location: 'https://www.example.com/hooks/callers' }).end()
      }).listen(0, '127.0.0.1')
      onTestFinished(() => void moved.close())
      await once(moved, 'listening')
      const at = `http://127.0.0.1:${(moved.address() as AddressInfo).port}`
      const url = `http://127.0.0.1:${await freePort()}/hook`
      const failing = await endpoint(a, url)
      const own = { 'ep_…': failing }
      const change = 'ringpost endpoints change ep_… --url https://www.example.com/hooks/callers'
      const to = (there: string) => ({ ...own, 'https://www.example.com/hooks/callers': there })
      sees(await run('ringpost endpoints test ep_…', own, { code: 1 }), 'refused the connection')
      await run(change, to(`${at}/locked`))
      sees(await run('ringpost endpoints test ep_…', own, { code: 1 }), 'does not let ringpost in')
      await run(change, to(`${at}/moved`))
      sees(await run('ringpost endpoints test ep_…', own, { code: 1 }), 'webhooks do not follow redirects')
      const failed = await delivery(failing, ({ status }) => status === 'failed')
      expect(await run('ringpost deliveries list --endpoint ep_… --status failed', own)).toContain(failed.id)
      sees(await run('ringpost deliveries show dlv_…', { 'dlv_…': failed.id }), 'do not follow redirects')
      sees(await run(change, to('https://10.0.0.5/hook'), { code: 1 }), 'is not public')
      await run(change, to(hook.url))
      expect(await run('ringpost endpoints test ep_…', own)).toContain('answered 204')
      expect(await run('ringpost endpoints recover ep_… --since 2d', own)).toMatch(/^\d+ are queued/)
    },

    async 'It says needs_attention'({ run, sees }) {
      for (const decision of ['events', 'baseline']) {
        const a = await source(2)
        a.simulator.seed({ users: 600, newestUnixSecs: Math.floor(Date.now() / 1000), spacingSecs: 0 })
        await a.poll()
        sees(await run('ringpost sources show src_default', a.fill), 'users are new or back at once')
        if (decision === 'events') {
          const look = 'ringpost sources poll src_default --full --dry-run'
          sees(await run(look, a.fill, { code: 1 }), 'users are new or back at once')
          expect((await api('GET', `/v1/sources/${a.id}`)).state).toBe('needs_attention')
        }
        await run(`ringpost sources accept src_default --as ${decision}`, a.fill)
        await until(async () => (await api('GET', `/v1/sources/${a.id}`)).known_users === 602)
        const { data } = await api('GET', `/v1/events?source_id=${a.id}&type=user.created&limit=250`)
        expect(data).toHaveLength(decision === 'events' ? 250 : 0)
      }
    },

    async 'A signature does not verify'({ run, sees }) {
      const secret = createSecret()
      const command = 'ringpost verify request.http --secret whsec_… --any-age'
      const now = Math.floor(Date.now() / 1000)
      /** The request of a time, with other text in its headers. */
      const save = async (at: number, change = (text: string) => text) => {
        const body = '{"type":"user.created"}'
        const signature = signatureHeader([secret], 'evt_saved', at, body)
        const head = `webhook-id: evt_saved\nwebhook-timestamp: ${at}\nwebhook-signature: ${signature}`
        await writeFile(join(folder, 'request.http'), `${change(head)}\n\n${body}`)
      }
      const verify = (fill: Fill, more: More = {}) => run(command, { 'whsec_…': secret, ...fill }, more)
      await save(now - 400)
      expect(await verify({})).not.toBe('')
      sees(await verify({ 'whsec_…': createSecret() }, { code: 1 }), 'No signature fits')
      sees(await verify({ ' --any-age': '' }, { code: 1 }), 's old, and at most')
      await save(now + 4_000)
      sees(await verify({ ' --any-age': '' }, { code: 1 }), 's in the future')
      await save(now, (head) => head.replace('v1,', 'v1a,'))
      sees(await verify({}, { code: 1 }), 'holds no v1 signature')

      const hook = await receiver()
      const listen = 'ringpost listen --forward-to http://127.0.0.1:3000/hooks'
      expect(symptoms.flatMap(({ commands }) => commands)).toContain(listen)
      typed.add(listen)
      const words = listen.replace('http://127.0.0.1:3000/hooks', hook.url).split(' ').slice(1)
      const listener = await startCommand(service.url, [...words, '--port', '0'])
      await run('ringpost trigger user.created')
      await until(() => /✓ user\.created.*→ 204/.test(listener.output()))
      expect(hook.webhooks.map(({ event }) => event.type)).toContain('user.created')
      expect(await listener.stop()).toBe(0)
    },

    async 'An endpoint was disabled'({ run, sees }) {
      const a = await source()
      const hook = await receiver()
      hook.answer(() => 410)
      const id = await endpoint(a, hook.url, { event_types: ['user.created'] })
      const fill = { 'ep_…': id }
      a.simulator.call({ user_id: 'first' })
      await a.poll()
      await until(async () => !(await api('GET', `/v1/endpoints/${id}`)).enabled)
      a.simulator.call({ user_id: 'second' })
      await a.poll()
      const { event_id } = await delivery(id, ({ status }) => status === 'skipped')
      hook.answer(() => 204)
      sees(await run('ringpost endpoints show ep_…', fill), 'answered 410 Gone')
      expect(await run('ringpost endpoints test ep_…', fill)).toContain('answered 204')
      await run('ringpost endpoints enable ep_…', fill)
      const recover = 'ringpost endpoints recover ep_… --since 7d --only undelivered'
      expect(await run(`${recover} --dry-run`, fill)).toMatch(/^\d would be queued/)
      expect(await run(recover, fill)).toMatch(/^\d are queued/)
      await until(() => hook.accepted().has(event_id))
    },

    async 'What did it do at a certain time?'({ run }) {
      const a = await source()
      a.simulator.call({ user_id: '+13035550188' })
      await a.poll()
      const until = new Date(Date.now() + 60_000).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')
      const command = 'ringpost sources polls src_default --until 2026-11-28T03:13Z --limit 5'
      const lines = (await run(command, { ...a.fill, '2026-11-28T03:13Z': until })).trim().split('\n')
      // A heading, the poll that found the call, and the baseline before it.
      expect(lines[1]).toMatch(/\bhead\b.*\bfound\b|\bfound\b.*\bhead\b/)
      expect(lines.at(-1)).toMatch(/baseline/)
    },

    async 'It polls and finds nothing'({ run, sees }) {
      const a = await source()
      a.simulator.call({ user_id: '+13035550178' })
      await a.poll()
      const found = await run('ringpost users list src_default --user +13035550178', a.fill)
      expect(found).toMatch(/\+13035550178 +1\b/)
      expect(await run('ringpost events list --user +13035550178')).toContain('user.created')
      const looked = await run('ringpost sources poll src_default --full --dry-run', a.fill)
      sees(looked.replace(/^full/, 'head'), 'nothing new')
      for (const user of ['user_0000001', 'user_0000002']) {
        a.simulator.overrideRow(user, { conversation_count: 'many' })
      }
      await a.poll()
      sees(await run('ringpost sources show src_default', a.fill), 'could not be read and were set aside')
      await run('ringpost sources change src_default --overlap 10m', a.fill)
      expect((await api('GET', `/v1/sources/${a.id}`)).overlap).toBe('10m')
    },

    async 'The key is refused, or belongs to another region'({ run, sees }) {
      const a = await source()
      a.simulator.setApiKey('other')
      await a.poll()
      const { state_detail } = await api('GET', `/v1/sources/${a.id}`)
      sees(state_detail, 'refused the API key (401)')
      sees(await run('ringpost sources poll src_…', a.fill, { code: 1 }), 'refused the API key (401)')
      const change = 'ringpost sources change src_… --base-url https://api.eu.residency.elevenlabs.io --key -'
      const fill = { ...a.fill, 'https://api.eu.residency.elevenlabs.io': a.simulator.url }
      await run(change, fill, { input: 'other\n' })
      a.simulator.setApiKey('other', { missingPermissions: true })
      sees(await run('ringpost sources poll src_…', a.fill, { code: 1 }), 'may not read conversations')
      a.simulator.setApiKey('other')
      expect(await run('ringpost sources poll src_…', a.fill)).toMatch(/poll: \d+ rows/)
    },

    async 'It is late'({ run, sees }) {
      const a = await source()
      const hook = await receiver()
      hook.answer(() => 'hang')
      const id = await endpoint(a, hook.url)
      for (let i = 0; i < 12; i++) a.simulator.call({ user_id: `caller-${i}` })
      await a.poll()
      a.simulator.fault({
        kind: 'status',
        status: 429,
        times: 'always',
        headers: {},
        shape: 'current',
        skip: 0,
        on: 'users',
      })
      await a.poll()
      sees(await run('ringpost sources show src_default', a.fill), 'asked to slow down (429)')
      a.simulator.clearFaults()
      await run('ringpost sources change src_default --interval 10s', a.fill)
      expect((await api('GET', `/v1/sources/${a.id}`)).poll_interval).toBe('10s')
      const { id: slow } = await delivery(id, (one) => one.status === 'retrying')
      const fill = { 'ep_…': id }
      await until(async () => (await api('GET', `/v1/endpoints/${id}`)).health.next_try_at !== null)
      expect(await run('ringpost endpoints show ep_…', fill)).toMatch(/next try +\d[\s\S]*at most +no limit/)
      const retrying = await run('ringpost deliveries list --endpoint ep_… --status retrying', fill)
      expect(retrying).toContain(slow)
      const attempts = (await api('GET', `/v1/deliveries/${slow}`)).attempts
      sees(attempts[0].error.message, 'did not answer within')
    },

    async 'The same webhook came twice'({ run, sees }) {
      const a = await source()
      const hook = await receiver()
      let asked = 0
      hook.answer(() => (++asked === 1 ? 'hang' : 204))
      const id = await endpoint(a, hook.url)
      a.simulator.call({ user_id: 'caller' })
      await a.poll()
      const sent = await delivery(id, ({ status }) => status === 'succeeded')
      expect(hook.webhooks.map((one) => one.id)).toEqual([sent.event_id, sent.event_id])
      const list = await run('ringpost deliveries list --event evt_…', { 'evt_…': sent.event_id })
      expect(list).toContain(sent.id)
      const shown = await run('ringpost deliveries show dlv_…', { 'dlv_…': sent.id })
      sees(shown, 'did not answer within')
      expect(shown).toContain('answered 204')
      expect(await run('ringpost endpoints list')).toContain(id)
      const types = 'user.created,user.conversation_count.increased'
      await run(`ringpost endpoints change ep_… --types ${types}`, { 'ep_…': id })
      expect((await api('GET', `/v1/endpoints/${id}`)).event_types.join()).toBe(types)
    },

    async 'The dashboard asks for a token'({ run, sees }) {
      const add = 'ringpost tokens add anna --scopes read'
      const made = await run(add)
      const token = /^token +(\S+)$/m.exec(made)?.[1] ?? ''
      const asked = await fetch(`${service.url}/v1/sources`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect([made, asked.status]).toEqual([made, 200])
      const wrong = { RINGPOST_API_TOKEN: 'not-the-token-5f1d9c3ab27e' }
      sees(await run(add, {}, { env: wrong, code: 1 }), 'This is not the API token')
      sees(await run(add, {}, { env: { RINGPOST_API_TOKEN: '' }, code: 1 }), 'There is no API token')
    },

    async 'The port is taken'({ sees }) {
      const other = join(folder, 'second')
      await mkdir(other)
      const env = { ...settings, PORT: asServer.PORT, RINGPOST_API_TOKEN: TOKEN }
      const second = await startRingpost({ dataDir: other, env, wait: false })
      expect(await second.ended()).toBe(1)
      sees(second.output(), 'The API cannot listen')
      sees(await intro.run('ringpost doctor', {}, { env: asServer, code: null }), 'runs at')
    },

    async 'After a restore, or with another master key'({ run, sees }) {
      const a = await source()
      const { stdout } = await shell.run('ringpost config export', folder, asServer)
      await writeFile(join(folder, 'ringpost.yaml'), stdout)
      const keys = Object.fromEntries(
        [...stdout.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'k']),
      )
      await run('ringpost config apply ringpost.yaml --dry-run', {}, { env: keys })
      expect(await run('ringpost sources poll src_default --full', a.fill)).toMatch(/^full poll: \d+ rows/)
      const env = { ...asServer, RINGPOST_MASTER_KEY: 'ab'.repeat(32) }
      const found = await run('ringpost doctor', {}, { env, code: 1 })
      sees(found, 'The secrets in Redis were encrypted with another master key')
      const other = join(folder, 'restored')
      await mkdir(other)
      const start = {
        dataDir: other,
        env: { ...env, PORT: '0', RINGPOST_DATA_DIR: other },
        wait: false as const,
      }
      const restored = await startRingpost(start)
      expect(await restored.ended()).toBe(1)
      sees(restored.output(), 'The secret master-key-check')
    },
  }

  const failed: string[] = []
  const waiting = Object.entries(chapters)
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [heading, chapter] = next
      await chapter(chapterOf(heading)).catch((error) => failed.push(`${heading}: ${error.stack ?? error}`))
    }
  }
  await Promise.all([work(), work(), work(), work()])
  expect(failed.join('\n\n')).toBe('')

  // Everything stands on it, so it is the last one.
  const full = chapterOf('Redis is full')
  const shown = await shell.run(
    'redis-cli -u "$REDIS_URL" info memory | sed -n "s/^used_memory:\\([0-9]*\\).*/\\1/p"',
    folder,
    settings,
  )
  const set = 'redis-cli -u "$REDIS_URL" config set maxmemory 2gb'
  const used = Number(shown.stdout)
  await full.run(set, { '2gb': String(Math.round(used * 1.02)) }, { env: settings })
  full.sees(await full.run('ringpost doctor', {}, { env: asServer, code: 1 }), 'of its maxmemory')
  expect(await full.run(set, {}, { env: settings })).toBe('OK\n')
  expect(await full.run('ringpost doctor', {}, { env: asServer, code: null })).not.toContain('maxmemory')

  const said = [...new Set(symptoms.flatMap(({ commands }) => commands))]
  expect(said.filter((one) => !typed.has(one))).toEqual(Object.keys(NOT_RUN))
  const quoted = [...new Set(symptoms.flatMap(({ quotes }) => quotes))]
  const unseen = quoted.filter((one) => !seen.has(one))
  expect(unseen.filter((one) => !Object.keys(NOT_SEEN).some((words) => one.includes(words)))).toEqual([])
  expect(Object.keys(NOT_SEEN).filter((words) => !unseen.some((one) => one.includes(words)))).toEqual([])
})

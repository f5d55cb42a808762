import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { createSecret, signatureHeader } from '../../src/deliver/sign.ts'
import { publicKeyOf } from '../../src/secrets/signing-secret.ts'
import { freePort } from '../support/free-port.ts'
import { toolPath } from '../support/tool.ts'
import { until } from '../support/until.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(ROOT, 'docs/verifying.md'), 'utf8')

/** Every piece of code of the page, with the heading that it is under. */
const snippets = page.split(/^## /m).flatMap((section) => {
  const [heading = ''] = section.split('\n')
  const blocks = section.matchAll(/^```(js|python|php|ruby|go)\n([\s\S]*?)^```/gm)
  return [...blocks].map(([, language = '', code = '']) => ({ heading, language, code }))
})
const isReceiver = ({ code }: { code: string }) => code.includes('createServer')

interface Request {
  what: string
  secret: string
  headers: Record<string, string>
  body: string
  /** Whether it is from ringpost. */
  right: boolean
}

const ID = 'evt_1f0c6a4be0f1d9a3c2b7584e90aa6d13'
const BODY = JSON.stringify({ id: ID, type: 'user.created', data: { user: { user_id: 'Zoë +1 (303) “5”' } } })

/** Requests as ringpost signs them, and as others would like to have them. */
function requestsFor(ours: string, theirs: string, other: string): Request[] {
  const now = Math.floor(Date.now() / 1000)
  const request = (
    what: string,
    right: boolean,
    over: Partial<Request> & { at?: number; by?: string[] } = {},
  ) => {
    const { at = now, by = [ours], headers = {}, ...rest } = over
    const signed = {
      'webhook-id': ID,
      'webhook-timestamp': String(at),
      'webhook-signature': signatureHeader(by, ID, at, BODY),
    }
    return { what, secret: theirs, body: BODY, right, ...rest, headers: { ...signed, ...headers } }
  }
  const signature = signatureHeader([ours], ID, now, BODY)
  const byEmptyKey = createHmac('sha256', '').update(`${ID}.${now}.${BODY}`).digest('base64')
  const emptyKey = { 'webhook-signature': `v1,${byEmptyKey}` }
  return [
    request('as it is', true),
    request('during a rotation, by the newer first', true, { by: [other, ours] }),
    request('during a rotation, by the older last', true, { by: [ours, other] }),
    request('while its kind changes', true, { by: [createSecret('ed25519'), createSecret(), ours] }),
    request('four minutes old', true, { at: now - 240 }),
    request('four minutes ahead', true, { at: now + 240 }),
    request('beside a version that there is not yet', true, {
      headers: { 'webhook-signature': `v9,AA== ${signature}` },
    }),
    request('another body', false, { body: BODY.replace('user.created', 'user.removed') }),
    request('a body that was written again', false, { body: JSON.stringify(JSON.parse(BODY), null, 1) }),
    request('another id', false, { headers: { 'webhook-id': 'evt_2' } }),
    request('another time', false, { headers: { 'webhook-timestamp': String(now - 1) } }),
    request('an old one', false, { at: now - 400 }),
    request('one of the future', false, { at: now + 400 }),
    request('a time that is none', false, { headers: { 'webhook-timestamp': 'now' } }),
    request('an empty time', false, { headers: { 'webhook-timestamp': '' } }),
    request('by somebody else', false, { by: [other] }),
    request('an empty signature', false, { headers: { 'webhook-signature': '' } }),
    request('half a signature', false, { headers: { 'webhook-signature': signature.slice(0, -20) } }),
    request('a signature of another version', false, {
      headers: { 'webhook-signature': signature.replace(/^v1a?/, 'v2') },
    }),
    request('a signature without its version', false, {
      headers: { 'webhook-signature': signature.replace(/^v1a?,/, '') },
    }),
    request('a receiver without its secret', false, { secret: '', headers: emptyKey }),
    request('a receiver with an empty secret', false, { secret: theirs.slice(0, 6), headers: emptyKey }),
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
      const { headers, ...rest } = request(`without ${name}`, false)
      return { ...rest, headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)) }
    }),
  ]
}

/** How each language runs a snippet: the files beside it, and the command. Requests come by stdin. */
const RUN: Record<
  string,
  { file: string; driver: [string, string]; command: string[]; env?: Record<string, string> }
> = {
  js: {
    file: 'verify.mjs',
    driver: [
      'run.mjs',
      `import { readFileSync } from 'node:fs'
       import { verify } from './verify.mjs'
       const answer = ({ secret, headers, body }) => {
         try { return { id: verify(secret, headers, Buffer.from(body, 'base64')).id } } catch (error) { return { error: error.message } }
       }
       console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answer)))`,
    ],
    command: [process.execPath, 'run.mjs'],
  },
  python: {
    file: 'verify.py',
    driver: [
      'run.py',
      [
        'import base64, json, sys',
        'from verify import verify',
        'def answer(one):',
        '    try:',
        '        return {"id": verify(one["secret"], one["headers"], base64.b64decode(one["body"]))["id"]}',
        '    except Exception as error:',
        '        return {"error": str(error)}',
        'print(json.dumps([answer(one) for one in json.load(sys.stdin)]))',
      ].join('\n'),
    ],
    command: ['python3', 'run.py'],
  },
  php: {
    file: 'verify.php',
    driver: [
      'run.php',
      `<?php
       set_error_handler(function ($level, $message) { throw new ErrorException($message); });
       require 'verify.php';
       echo json_encode(array_map(function ($one) {
         try { return ['id' => verify($one['secret'], $one['headers'], base64_decode($one['body']))['id']]; }
         catch (Throwable $error) { return ['error' => $error->getMessage()]; }
       }, json_decode(file_get_contents('php://stdin'), true)));`,
    ],
    command: ['php', '-n', 'run.php'],
  },
  ruby: {
    file: 'verify.rb',
    driver: [
      'run.rb',
      `require_relative 'verify'
       puts JSON.generate(JSON.parse($stdin.read).map { |one|
         begin
           { id: verify(one['secret'], one['headers'], one['body'].unpack1('m'))['id'] }
         rescue StandardError => error
           { error: error.message }
         end
       })`,
    ],
    command: ['ruby', '--disable-gems', '-w', 'run.rb'],
  },
  go: {
    file: 'verify.go',
    driver: [
      'run.go',
      `package main
       import ("encoding/json"; "os")
       func main() {
         var requests []struct { Secret string; Headers map[string]string; Body []byte }
         if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil { panic(err) }
         answers := []map[string]string{}
         for _, one := range requests {
           err := Verify(one.Secret, func(name string) string { return one.Headers[name] }, one.Body)
           var event struct { Id string }
           if err == nil { err = json.Unmarshal(one.Body, &event) }
           if err != nil { answers = append(answers, map[string]string{"error": err.Error()}); continue }
           answers = append(answers, map[string]string{"id": event.Id})
         }
         json.NewEncoder(os.Stdout).Encode(answers)
       }`,
    ],
    command: ['go', 'run', 'verify.go', 'run.go'],
    // What was compiled is kept: the parts of the standard library take longest.
    env: { GO111MODULE: 'off', GOFLAGS: '', GOCACHE: join(ROOT, '.cache/go-build') },
  },
}

function raise(language: string): never {
  throw new Error(`Nothing runs ${language}.`)
}

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'verifying-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  // What is imported by name is looked for beside the file.
  const library = dirname(dirname(createRequire(import.meta.url).resolve('standardwebhooks')))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(library, join(folder, 'node_modules', 'standardwebhooks'))
  return folder
}

const tools: Record<string, string> = Object.fromEntries(
  (['python3', 'php', 'ruby', 'go'] as const).map((name) => [name, toolPath(name)]),
)

describe.each(snippets.filter((one) => !isReceiver(one)))(
  '$heading, in $language',
  ({ heading, language, code }) => {
    const { file, driver, command, env } = RUN[language] ?? raise(language)
    const [name = '', ...args] = command
    const program = tools[name] ?? name
    const fromLibrary = heading === 'With a library'

    test('takes what ringpost signed, and nothing else', () => {
      const kind = heading === 'Ed25519' ? 'ed25519' : 'hmac-sha256'
      const [secret, other] = [createSecret(kind), createSecret(kind)]
      const requests = requestsFor(secret, publicKeyOf(secret) ?? secret, other)
      const folder = folderWith({ [file]: code, [driver[0]]: driver[1] })
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: folder,
        encoding: 'utf8',
        input: JSON.stringify(
          requests.map((one) => ({ ...one, body: Buffer.from(one.body).toString('base64') })),
        ),
        env: { ...process.env, ...env },
      })
      expect([status, stderr]).toEqual([0, ''])
      const answers = JSON.parse(stdout) as { id?: string; error?: string }[]
      // The words are the page's own, so that a program that merely breaks is not taken for one that refuses.
      const refused = fromLibrary
        ? expect.any(String)
        : expect.stringMatching(/^(too old|no signature|the .* is missing)/)
      expect(requests.map(({ what }, i) => [what, answers[i]])).toEqual(
        requests.map(({ what, right }) => [what, right ? { id: ID } : { error: refused }]),
      )
    })
  },
)

test('there is code for each language, and none that is not run', () => {
  const of = (heading: string) =>
    snippets.filter((one) => one.heading === heading).map(({ language }) => language)
  expect(of('With a library')).toEqual(['js'])
  expect(of('Ed25519')).toEqual(['js', 'go'])
  for (const [heading, language] of [
    ['JavaScript', 'js'],
    ['Python', 'python'],
    ['PHP', 'php'],
    ['Ruby', 'ruby'],
    ['Go', 'go'],
  ]) {
    expect(of(heading ?? ''), heading).toContain(language)
  }
  const fenced = [...page.matchAll(/^```(\w+)/gm)].map(([, language]) => language)
  expect(fenced.filter((one) => one !== 'sh')).toHaveLength(snippets.length)
})

describe('the whole receiver', () => {
  const started: ChildProcess[] = []
  afterEach(async () => {
    for (const child of started.splice(0)) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    // Go compiles parts of its library the first time, which took 47 s on a busy machine.
  }, 300_000)

  test('does each event once, also when it is killed in between, and refuses what is not signed', async () => {
    const secret = createSecret()
    const verify = snippets.find(({ heading, language }) => heading === 'JavaScript' && language === 'js')
    const receiver = snippets.find(isReceiver)
    const folder = folderWith({ 'verify.mjs': verify?.code ?? '', 'receiver.mjs': receiver?.code ?? '' })
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const start = async () => {
      const child = spawn(process.execPath, ['receiver.mjs'], {
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, PORT: String(port), SIGNING_SECRET: secret },
      })
      started.push(child)
      await until(() =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      )
      return child
    }
    const send = async (user: string, calls: number, id = `evt_${user}`, change = '') => {
      const at = Math.floor(Date.now() / 1000)
      const user_ = { user_id: user, conversation_count: calls }
      const body = JSON.stringify({ id, type: 'user.created', data: { user: user_ } })
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': signatureHeader([secret], id, at, body),
      }
      return (await fetch(url, { method: 'POST', headers, body: body + change })).status
    }

    const child = await start()
    expect(await send('+1', 1)).toBe(204)
    expect(await send('+1', 99)).toBe(204)
    expect(await send('+2', 1, undefined, ' ')).toBe(401)
    // What cannot be done is not remembered, so that the next attempt does it.
    expect(await send('+3', {} as number)).toBe(500)
    expect(await send('+3', 3)).toBe(204)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await start()
    expect(await send('+1', 99)).toBe(204)

    const db = new DatabaseSync(join(folder, 'webhooks.sqlite'))
    const callers = db
      .prepare('SELECT id, calls FROM callers ORDER BY id')
      .all()
      .map((row) => ({ ...row }))
    db.close()
    expect(callers).toEqual([
      { id: '+1', calls: 1 },
      { id: '+3', calls: 3 },
    ])
  })
})

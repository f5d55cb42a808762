import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadOrCreateSecretFile, type SecretFile } from '../../src/secrets/data-files.ts'
import { loadMasterKey } from '../../src/secrets/load-master-key.ts'
import { createMasterKey } from '../../src/secrets/master-key.ts'
import { createApiToken } from '../../src/secrets/tokens.ts'

let root: string
let dataDir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ringpost-secret-'))
  dataDir = join(root, 'a', 'data')
})
afterEach(() => rmSync(root, { recursive: true }))

const load = (create: () => string = createApiToken) =>
  loadOrCreateSecretFile({ dataDir, name: 'token', create })
const mode = (path: string) => statSync(path).mode & 0o777
const setUp = (text: string) => {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'token'), text, { mode: 0o600 })
}
const setupFailed = (message: RegExp) =>
  expect.objectContaining({ code: 'setup_failed', message: expect.stringMatching(message) })

describe('loadOrCreateSecretFile', () => {
  it('makes a secret once and reads it from then on', async () => {
    const first = await load()
    expect(first).toMatchObject({ created: true, warning: null, path: join(dataDir, 'token') })
    const second = await load(() => {
      throw new Error('must not be called')
    })
    expect(second).toEqual({ ...first, created: false })
  })

  it('keeps it from others: folder 0700, file 0600, and leaves nothing else behind', async () => {
    const before = process.umask(0)
    try {
      await load()
    } finally {
      process.umask(before)
    }
    expect(mode(dataDir)).toBe(0o700)
    expect(mode(join(dataDir, 'token'))).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual(['token'])
  })

  it.each(['secret', 'secret\n', 'secret\r\n', 'secret\n\n'])('reads %j', async (text) => {
    setUp(text)
    expect(await load()).toMatchObject({ value: 'secret', created: false })
  })

  it.each(['', '\n', ' \n'])('refuses a file that holds nothing (%j) and leaves it alone', async (text) => {
    setUp(text)
    await expect(load()).rejects.toThrow(
      setupFailed(/token should hold a secret, but it is empty\. Restore it/),
    )
    expect(readFileSync(join(dataDir, 'token'), 'utf8')).toBe(text)
  })

  it('refuses what is not a file', async () => {
    mkdirSync(join(dataDir, 'token'), { recursive: true })
    await expect(load()).rejects.toThrow(setupFailed(/cannot be read: it is a folder/))
  })

  it('says which setting to change where nothing can be written', async () => {
    writeFileSync(join(root, 'a'), 'a file where a folder must be')
    await expect(load()).rejects.toThrow(setupFailed(/token cannot be written: .+ Set RINGPOST_DATA_DIR to/))
  })

  it.each([0o640, 0o604, 0o660, 0o644])('warns of mode %o', async (open) => {
    setUp('secret')
    chmodSync(join(dataDir, 'token'), open)
    const { value, warning } = await load()
    expect(value).toBe('secret')
    expect(warning).toMatch(`mode 0${open.toString(8)}): run chmod 600`)
    expect(warning).not.toContain('secret ')
  })

  it('gives one value to all that ask at once', async () => {
    const files = await Promise.all(Array.from({ length: 40 }, () => load()))
    expect(new Set(files.map((file) => file.value)).size).toBe(1)
    expect(files.filter((file) => file.created)).toHaveLength(1)
    expect(readdirSync(dataDir)).toEqual(['token'])
  })

  it('gives one value to all processes that start at once', async () => {
    const [processes, secrets] = [6, 60]
    const children = Array.from({ length: processes }, () => startChild(dataDir, secrets))
    await Promise.all(children.map((child) => child.ready))
    for (const child of children) child.go()
    const answers = await Promise.all(children.map((child) => child.files))
    for (let index = 0; index < secrets; index++) {
      const files = answers.map((answer) => answer[index])
      const onDisk = readFileSync(join(dataDir, `secret-${index}`), 'utf8').trim()
      expect(new Set(files.map((file) => file?.value))).toEqual(new Set([onDisk]))
      expect(files.filter((file) => file?.created)).toHaveLength(1)
    }
    expect(readdirSync(dataDir)).toHaveLength(secrets)
  })
})

describe('loadMasterKey', () => {
  it('takes the configured key and writes nothing', async () => {
    const configured = Buffer.alloc(32, 1)
    expect(await loadMasterKey({ dataDir, configured })).toEqual({
      key: configured,
      previous: [],
      created: false,
      warning: null,
    })
    const previous = Buffer.alloc(32, 2)
    expect(await loadMasterKey({ dataDir, configured, previous })).toMatchObject({ previous: [previous] })
    expect(readdirSync(root)).toEqual([])
  })

  it('during a rotation takes the new one of the data folder, and both open', async () => {
    const { key: old } = await loadMasterKey({ dataDir, configured: null })
    const next = createMasterKey()
    writeFileSync(join(dataDir, 'master-key.next'), `${next}\n`, { mode: 0o600 })
    const previous = Buffer.alloc(32, 2)
    expect(await loadMasterKey({ dataDir, configured: null, previous })).toMatchObject({
      key: Buffer.from(next, 'base64'),
      previous: [old, previous],
      warning: expect.stringMatching(/was interrupted.+ringpost master-key rotate/),
    })
    writeFileSync(join(dataDir, 'master-key.next'), 'half-a-key\n')
    await expect(loadMasterKey({ dataDir, configured: null })).rejects.toThrow(
      setupFailed(/master-key\.next does not hold a master key of 32 bytes/),
    )
  })

  it('keeps the one it makes', async () => {
    const made = await loadMasterKey({ dataDir, configured: null })
    expect(made.created).toBe(true)
    expect(await loadMasterKey({ dataDir, configured: null })).toEqual({ ...made, created: false })
  })

  it('refuses a damaged file, without showing what is in it', async () => {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'master-key'), 'half-a-key\n')
    const failure = loadMasterKey({ dataDir, configured: null })
    await expect(failure).rejects.toThrow(setupFailed(/master-key does not hold a master key of 32 bytes/))
    await expect(failure).rejects.toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('half') }),
    )
  })
})

/** A process that is ready to ask, and asks when told to. */
function startChild(dataDir: string, count: number) {
  const script = new URL('race-child.ts', import.meta.url).pathname
  const child: ChildProcess = spawn(process.execPath, [script, dataDir, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('the child has no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ready = lines.next()
  const files = ready
    .then(() => lines.next())
    .then(async ({ value }) => {
      if (child.exitCode === null) await once(child, 'exit')
      return JSON.parse(value ?? '[]') as SecretFile[]
    })
  return { ready, files, go: () => child.stdin?.write('go\n') }
}

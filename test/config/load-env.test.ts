import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadEnv } from '../../src/config/load-env.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'ringpost-env-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const write = (text: string) => writeFileSync(join(cwd, '.env'), text)

it('is the environment where there is no file', () => {
  expect(loadEnv(cwd, { PORT: '1' })).toEqual({ PORT: '1' })
})

it('adds what the file has, and lets the real environment win, even when it is empty', () => {
  write('PORT=1\nHOST=a\nLOG_LEVEL=warn\n')
  expect(loadEnv(cwd, { PORT: '2', HOST: '' })).toEqual({ PORT: '2', HOST: '', LOG_LEVEL: 'warn' })
})

it('does not change the environment it was given', () => {
  write('PORT=1\n')
  const real = { HOST: 'a' }
  loadEnv(cwd, real)
  expect(real).toEqual({ HOST: 'a' })
})

it('reads comments, quotes, export, Windows line ends, a byte order mark and values of several lines', () => {
  write(
    '\uFEFFA=1\r\n# note\r\n\r\nexport B="x # y"\r\n  C = z # note\r\nD="one\ntwo: three\nfour" # note\r\nE=\r\n',
  )
  expect(loadEnv(cwd, {})).toMatchObject({ A: '1', B: 'x # y', C: 'z', E: '' })
  expect(loadEnv(cwd, {}).D).toContain('two: three')
})

it.each([
  ['PORT: 8080', 1],
  ['A=1\n\nRINGPOST_POLL_INTERVAL 30s\n', 3],
  ['A=1\n=5', 2],
  ['A B=1', 1],
])('refuses the line that Node would leave out of %j', (text, line) => {
  write(text)
  expect(() => loadEnv(cwd, {})).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringContaining(`Line ${line} of ${cwd}`),
    }),
  )
})

it('does not show the line', () => {
  write('ELEVENLABS_API_KEY: sk_very_secret')
  expect(() => loadEnv(cwd, {})).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret') }),
  )
})

it('says plainly why a file cannot be read', () => {
  mkdirSync(join(cwd, '.env'))
  expect(() => loadEnv(cwd, {})).toThrow(`${join(cwd, '.env')} cannot be read: it is a folder.`)
  rmSync(join(cwd, '.env'), { recursive: true })
  symlinkSync('.env', join(cwd, '.env'))
  expect(() => loadEnv(cwd, {})).toThrow('it is a symbolic link that leads back to itself')
})

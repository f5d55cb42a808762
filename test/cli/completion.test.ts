import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toolPath } from '../support/tool.ts'
import { ringpost } from './cli.ts'

const NOWHERE = 'http://127.0.0.1:1'
const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname
const run = promisify(execFile)

/** A folder with a `ringpost` to put on the PATH, and the scripts of the shells. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completion-'))
  await writeFile(join(folder, 'ringpost'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`)
  await chmod(join(folder, 'ringpost'), 0o755)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await ringpost(NOWHERE, ['completion', shell])
    expect(code).toBe(0)
    await writeFile(join(folder, shell), stdout)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const env = () => ({ PATH: `${folder}:${process.env.PATH}`, HOME: folder })

test.each([
  ['every verb', [''], /^trigger\t/m],
  ['verbs of a verb', ['endpoints', 're'], /^recover\t[\s\S]*^:4/m],
  ['event types', ['trigger', 'user.conv'], /^user\.conversation_count\.increased\t/],
  ['event types of an option', ['deliveries', 'list', '--type', 'source.f'], /^source\.failing\t/],
  ['choices of an option', ['endpoints', 'recover', 'ep_1', '--only', 'un'], /^undelivered\t/],
  ['options', ['listen', '--for'], /^--forward-to\t/],
  ['the option of all verbs', ['events', 'list', '--js'], /^--json\t/],
])('%s are completed', async (_, words, expected) => {
  const { code, stdout } = await ringpost(NOWHERE, ['complete', '--', ...words])
  expect([code, stdout]).toEqual([0, expect.stringMatching(expected)])
})

test('bash completes words, and nothing of its own on a line that it cannot complete', async () => {
  const script = `
    source ${folder}/bash; source ${folder}/bash
    try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ringpost; echo "$*: \${COMPREPLY[*]}"; }
    try ringpost trigger user.c
    try ringpost events ta
    try ringpost deliveries list --type '$(touch ${folder}/no)'
    try ringpost verify ''
    complete -p ringpost`
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script], { env: env() })
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    'ringpost trigger user.c: user.created user.conversation_count.increased',
    'ringpost events ta: tail',
    expect.stringMatching(/: $/),
    'ringpost verify : ',
    'complete -o default -F _ringpost ringpost',
    '',
  ])
  expect((await run('ls', [folder])).stdout).not.toContain('no\n')
})

test('fish completes words', async () => {
  const script = `source ${folder}/fish; complete -C 'ringpost trigger user.cr'; complete -C 'ringpost events ta'`
  const { stdout } = await run(toolPath('fish'), ['-c', script], { env: env() })
  expect(stdout).toMatch(/^user\.created\t?.*\ntail\t/)
})

test('zsh reads the script', async () => {
  const script = `autoload -U compinit; compinit -u -d ${folder}/dump; source ${folder}/zsh; echo $_comps[ringpost]`
  expect((await run(toolPath('zsh'), ['-fc', script], { env: env() })).stdout.trim()).toBe('_ringpost')
})

test('another shell is wrong usage', async () => {
  expect((await ringpost(NOWHERE, ['completion', 'cmd'])).code).toBe(2)
  expect((await ringpost(NOWHERE, ['completion'])).code).toBe(2)
})

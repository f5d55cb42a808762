import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const ROOT = new URL('../..', import.meta.url).pathname

/** Runs Vitest on these files, and answers with its exit code and the last line of its output. */
async function runVitest(files: Record<string, string>, ...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'reporter-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const all = { 'vitest.config.mjs': 'export default {}', ...files }
    for (const [name, source] of Object.entries(all)) await writeFile(join(folder, name), source)
    const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'test/support/count-reporter.ts')}`]
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
    const child = spawn(process.execPath, [vitest, 'run', '--root', folder, ...reporters, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, TMPDIR: tmpdir(), HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    return { code, lastLine: output.split('\n').slice(-2) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const IMPORT = `import { afterAll, beforeAll, describe, expect, test } from 'vitest'\n`
const passes = `${IMPORT}test('a', () => {}); test.skip('b', () => {}); test('c', () => {})`

test('good tests are counted, skipped ones are not', async () => {
  expect(await runVitest({ 'a.test.ts': passes })).toEqual({ code: 0, lastLine: ['2 passed, 0 failed', ''] })
})

test.each([
  ['a failed test', { 'a.test.ts': `${passes}; test('d', () => expect(1).toBe(2))` }, '2 passed, 1 failed'],
  ['a file that throws', { 'a.test.ts': passes, 'b.test.ts': 'throw new Error("no")' }, '2 passed, 1 failed'],
  ['a file without a test', { 'a.test.ts': passes, 'b.test.ts': '' }, '2 passed, 1 failed'],
  [
    'a failed beforeAll of a suite',
    {
      'a.test.ts': `${passes}; describe('s', () => { beforeAll(() => { throw new Error('no') }); test('d', () => {}) })`,
    },
    '2 passed, 1 failed',
  ],
  [
    'a failed afterAll of a file',
    { 'a.test.ts': `${passes}; afterAll(() => { throw new Error('no') })` },
    '2 passed, 1 failed',
  ],
  [
    'an error that nobody caught',
    { 'a.test.ts': `${passes}; test('d', async () => { Promise.reject(new Error('no')) })` },
    '3 passed, 1 failed',
  ],
  [
    'a failed teardown of the run',
    {
      'a.test.ts': passes,
      'setup.mjs': `export default () => () => { throw new Error('no') }`,
      'vitest.config.mjs': `export default { test: { globalSetup: ['setup.mjs'] } }`,
    },
    '2 passed, 1 failed',
  ],
  [
    'a failed set-up of the run',
    {
      'a.test.ts': passes,
      'setup.mjs': `export default () => { throw new Error('no') }`,
      'vitest.config.mjs': `export default { test: { globalSetup: ['setup.mjs'] } }`,
    },
    '0 passed, 1 failed',
  ],
  ['no tests at all', {}, '0 passed, 1 failed'],
  [
    'a worker that dies',
    { 'a.test.ts': `${IMPORT}test('a', () => process.kill(process.pid, 'SIGKILL'))` },
    // The test that was running, and the worker.
    '0 passed, 2 failed',
  ],
])('%s is counted as failed', async (_, files, expected) => {
  const { code, lastLine } = await runVitest(files as Record<string, string>)
  expect(lastLine).toEqual([expected, ''])
  expect(code).not.toBe(0)
})

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { until } from './support/until.ts'

const ROOT = new URL('..', import.meta.url).pathname
const run = promisify(execFile)

/** A project elsewhere into which the packed ringpost is installed, as its users would. */
let project: string
let tarball: string
let files: string[]
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'ringpost-package-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: ROOT })
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
    filename: string
    files: { path: string }[]
  }[]
  files = packed?.files.map(({ path }) => path) ?? []
  tarball = join(project, packed?.filename ?? '')
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  const flags = [
    '--omit=dev',
    '--omit=optional',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  ]
  await run('npm', ['install', ...flags, tarball], { cwd: project })
}, 120_000)
afterAll(() => rm(project, { recursive: true, force: true, maxRetries: 10 }))

const installed = () => join(project, 'node_modules/.bin/ringpost')

test('the package holds compiled JavaScript, Lua and documentation, and nothing else', () => {
  expect(files).toContain('dist/src/cli/main.js')
  expect(files).toContain('dist/src/detect/commit-page.lua')
  expect(files).toContain('README.md')
  expect(files.filter((path) => /\.ts$|^(src|test|scripts|bench|data)\//.test(path))).toEqual([])
})

test('publint has nothing against it, not even a suggestion', async () => {
  const { buffer, byteOffset, byteLength } = await readFile(tarball)
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: bytes } })
  expect(pkg.version).toBe(manifest.version)
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
})

test('what is installed with it is what it names, and no development tool', async () => {
  const lock = JSON.parse(await readFile(join(project, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, object>
  }
  const names = Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, ''))
  expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)))
  // What a dependency needs too is not marked so.
  const ours = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  const tools = Object.keys(manifest.devDependencies).filter(
    (name) => ours.packages[`node_modules/${name}`]?.dev,
  )
  expect(tools).toContain('vitest')
  for (const tool of tools) expect(names).not.toContain(tool)
})

test('the installed command tells its version and its verbs', async () => {
  const version = await run(process.execPath, [installed(), '--version'])
  expect(version.stdout.trim()).toBe(manifest.version)
  const help = await run(process.execPath, [installed(), '--help'])
  expect(help.stdout).toMatch(/serve[\s\S]*demo[\s\S]*simulate/)
})

test('the installed command runs the demo until a webhook was verified', async () => {
  const cwd = join(project, 'elsewhere')
  await mkdir(cwd)
  const child = spawn(process.execPath, [installed(), 'demo'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  try {
    await until(() => {
      if (child.exitCode !== null) throw new Error(`It ended:\n${output}`)
      return output.includes('✓ verified')
    })
  } finally {
    child.kill('SIGTERM')
    await exited
  }
  expect(child.exitCode).toBe(0)
})

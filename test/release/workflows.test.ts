import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

// It imports its JSON without saying that it is JSON, which bundlers let pass and Node does not.
const hooks = registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
})
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import(
  '@actions/workflow-parser'
)
hooks.deregister()

const ROOT = new URL('../../', import.meta.url)
const FOLDER = new URL('.github/workflows/', ROOT)
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')

interface Job {
  needs?: string | string[]
  permissions?: Record<string, string>
  uses?: string
  'timeout-minutes'?: number
  steps?: { uses?: string; run?: string; with?: Record<string, unknown> }[]
}
interface Workflow {
  on: Record<string, { branches?: string[]; tags?: string[] } | null>
  permissions: Record<string, string>
  jobs: Record<string, Job>
}
const workflows = new Map(
  readdirSync(FOLDER).map((name): [string, Workflow] => [name, parse(read(name)) as Workflow]),
)
const ci = workflows.get('ci.yml')
const release = workflows.get('release.yml')
const stepsOf = (job: Job | undefined) => job?.steps ?? []
const commandsOf = (job: Job | undefined) => stepsOf(job).flatMap(({ run }) => run ?? [])

/** What GitHub's own parser has against a workflow: what it does not know, expressions that are none. */
async function problemsOf(name: string, content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  if (value !== undefined) await convertWorkflowTemplate(context, value)
  return context.errors.getErrors().map(({ message }) => message)
}

test.each([...workflows.keys()])('GitHub’s parser has nothing against %s', async (name) => {
  expect(await problemsOf(name, read(name))).toEqual([])
  const [job = ''] = Object.keys(workflows.get(name)?.jobs ?? {})
  const misspelt = read(name).replace(`  ${job}:\n`, `  ${job}:\n    timeout-minute: 1\n`)
  expect(await problemsOf(name, misspelt)).not.toEqual([])
  const unknown = read(name).replace(/^permissions:.*$/m, '$&\nenv: { A: "${{ gihtub.sha }}" }')
  expect(await problemsOf(name, unknown)).not.toEqual([])
})

test('CI runs .ci/run for each push to main and each pull request, on the Node of the image', () => {
  expect(Object.keys(ci?.on ?? {})).toEqual(expect.arrayContaining(['push', 'pull_request']))
  expect(ci?.on.push).toEqual({ branches: ['main'] })
  expect(commandsOf(ci?.jobs.test)).toEqual(['bash .ci/run'])
  expect(existsSync(new URL('.ci/run', ROOT))).toBe(true)
  const version = readFileSync(new URL('.nvmrc', ROOT), 'utf8').trim()
  expect(readFileSync(new URL('Dockerfile', ROOT), 'utf8')).toContain(`FROM node:${version}-`)
  expect(stepsOf(ci?.jobs.test).map((step) => step.with?.['node-version-file'])).toContain('.nvmrc')
})

test('nothing of a release is made before CI has passed on its tag', () => {
  expect(release?.on).toEqual({ push: { tags: ['v*'] } })
  expect(release?.jobs.ci?.uses).toBe('./.github/workflows/ci.yml')
  for (const [name, { needs = [] }] of Object.entries(release?.jobs ?? {})) {
    if (name !== 'ci') expect([needs].flat(), name).toContain(name === 'pack' ? 'ci' : 'pack')
  }
  const commands = Object.values(release?.jobs ?? {}).flatMap(commandsOf)
  const order = ['release-notes.ts', 'npm ci', 'npm pack', 'npm run sbom', 'docker push', 'gh release create']
  const places = order.map((word) => commands.findIndex((command) => command.includes(word)))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a job may do what it is for, and ends', () => {
  const writes = Object.fromEntries(
    [...workflows.values()].flatMap(({ permissions, jobs }) =>
      Object.entries(jobs).map(([name, job]) => [
        name,
        Object.entries(job.permissions ?? permissions).flatMap(([of, what]) => (what === 'write' ? of : [])),
      ]),
    ),
  )
  expect(writes).toEqual({ test: [], ci: [], pack: [], image: ['packages'], github: ['contents'] })
  for (const { permissions, jobs } of workflows.values()) {
    expect(Object.values(permissions)).not.toContain('write')
    for (const job of Object.values(jobs)) if (!job.uses) expect(job['timeout-minutes']).toBeGreaterThan(0)
  }
})

test('actions are GitHub’s own, by their major version, and what a stranger names is no part of a command', () => {
  const jobs = [...workflows.values()].flatMap((one) => Object.values(one.jobs))
  for (const step of jobs.flatMap(stepsOf)) {
    if (step.uses) expect(step.uses).toMatch(/^actions\/[a-z-]+@v\d+$/)
    if (step.uses?.startsWith('actions/checkout@'))
      expect(step.with).toEqual({ 'persist-credentials': false })
    expect(step.run ?? '').not.toContain('${{')
  }
})

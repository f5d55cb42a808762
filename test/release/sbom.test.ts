import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = new URL('../..', import.meta.url).pathname
const run = promisify(execFile)

interface Component {
  'bom-ref': string
  name: string
  version: string
  licenses?: { license?: { id?: string }; expression?: string }[]
  hashes?: { alg: string; content: string }[]
  properties: { name: string; value: string }[]
}
interface Tree {
  version?: string
  dependencies?: Record<string, Tree>
}

let folder: string
let text: string
let bom: {
  specVersion: string
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}
const refs = () => bom.components.map((one) => one['bom-ref'])
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringpost-sbom-'))
  const file = join(folder, 'bom.json')
  // What a machine that installs for production has in its environment.
  await run('npm', ['run', 'sbom', '--', file], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  text = await readFile(file, 'utf8')
  bom = JSON.parse(text)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Everything below the root as npm itself counts it. */
function all({ dependencies = {} }: Tree): string[] {
  return Object.entries(dependencies).flatMap(([name, tree]) => [
    ...(tree.version === undefined ? [] : [`${name}@${tree.version}`]),
    ...all(tree),
  ])
}

test('it is valid CycloneDX, of this version of ringpost', async () => {
  const version = Object.values(Spec.Version).find((one) => one === bom.specVersion)
  if (version === undefined) throw new Error(`What is CycloneDX ${bom.specVersion}?`)
  const validator = new Validation.JsonStrictValidator(version)
  expect(await validator.validate(text)).toBeNull()
  expect(await validator.validate(text.replace('"licenses"', '"licences"'))).not.toBeNull()
  expect(bom.metadata.component).toMatchObject({ name: 'ringpost', version: manifest.version })
})

test('it names what is installed with ringpost, each with version, licence and digest, and no tool', async () => {
  const args = ['ls', '--all', '--omit=dev', '--package-lock-only', '--json']
  const { stdout } = await run('npm', args, { cwd: ROOT, maxBuffer: 2 ** 26 })
  // An optional peer, which npm counts because a tool has brought it.
  const expected = all(JSON.parse(stdout)).filter((ref) => !/^(@typescript\/)?typescript/.test(ref))
  const installed = bom.components.filter(({ properties }) => properties.length === 0)
  expect(installed.map((one) => one['bom-ref']).sort()).toEqual([...new Set(expected)].sort())
  for (const name of Object.keys(manifest.dependencies)) {
    expect(installed.map((one) => one.name)).toContain(name)
  }
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; license?: string }>
  }
  for (const { name, version, licenses = [], hashes } of bom.components) {
    const locked = Object.entries(packages).filter(
      ([path, one]) => path.endsWith(`node_modules/${name}`) && one.version === version,
    )
    expect(locked.map(([, one]) => one.license)).toContain(
      licenses.map(({ license, expression }) => license?.id ?? expression).join(),
    )
    expect(hashes, name).not.toBeUndefined()
  }
})

test('it names the packages whose code is in the dashboard, although they are installed nowhere', () => {
  const bundled = bom.components.filter(({ properties }) => properties.length > 0)
  expect(bundled.map(({ name }) => name).sort()).toEqual(['preact', 'uplot'])
  for (const { properties } of bundled) {
    expect(properties).toEqual([{ name: 'cdx:npm:package:bundled', value: 'true' }])
  }
})

test('what needs what leads from ringpost to everything, and nowhere else', () => {
  const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const reached = new Set<string>()
  const visit = (ref: string) => {
    if (reached.has(ref)) return
    reached.add(ref)
    for (const next of needs.get(ref) ?? []) visit(next)
  }
  const ours = bom.metadata.component['bom-ref']
  visit(ours)
  expect([...reached].sort()).toEqual([ours, ...refs()].sort())
  const direct = (needs.get(ours) ?? []).map((ref) => ref.replace(/@[^@]+$/, ''))
  expect(direct.sort()).toEqual(
    [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.optionalDependencies),
      'preact',
      'uplot',
    ].sort(),
  )
})

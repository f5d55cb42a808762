/**
 * Writes a CycloneDX bill of materials of what ringpost runs with, as package-lock.json pins it:
 * `npm run sbom -- FILE`. The dashboard's packages are development dependencies, and yet in what is published.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Rolldown } from 'vite'
import { type Lock, packageName, productionPaths } from './release/production.ts'

const BUNDLED = 'cdx:npm:package:bundled'

interface Component {
  'bom-ref': string
  name: string
  scope?: string
  properties?: { name: string; value: string }[]
}
interface Bom {
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** The names of the packages whose code is in the dashboard as it is built. */
async function bundledPackages(): Promise<Set<string>> {
  const built = (await build({
    configFile: `${root}dashboard/vite.config.ts`,
    logLevel: 'error',
    build: { write: false },
  })) as Rolldown.RolldownOutput
  const modules = built.output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))
  return new Set(
    modules.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.slice(1, 2) ?? []),
  )
}

/**
 * All that is pinned. `npm sbom --omit dev` is not asked: it leaves out production packages too, such as those that
 * tools need as well.
 */
async function bomOfLock(): Promise<Bom> {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only']
  // Whatever npm is told to leave out by its own configuration or NODE_ENV.
  const { stdout } = await promisify(execFile)('npm', [...args, '--include=dev', '--include=optional'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout) as Bom
}

const [file = 'ringpost.cdx.json'] = process.argv.slice(2)
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as { packages: Lock }
const [bom, bundled] = await Promise.all([bomOfLock(), bundledPackages()])
const installed = refs(productionPaths(packages))
const shipped = refs(productionPaths(packages, bundled))

function refs(paths: Iterable<string>): Set<string> {
  return new Set(
    [...paths].map((path) => `${packages[path]?.name ?? packageName(path)}@${packages[path]?.version}`),
  )
}

const ours = bom.metadata.component['bom-ref']
const components = bom.components
  .filter((one) => shipped.has(one['bom-ref']))
  .map((one) =>
    installed.has(one['bom-ref'])
      ? one
      : { ...one, scope: 'required', properties: [{ name: BUNDLED, value: 'true' }] },
  )
const direct = new Set([
  ...Object.keys(packages['']?.dependencies ?? {}),
  ...Object.keys(packages['']?.optionalDependencies ?? {}),
  ...bundled,
])
const nameOf = new Map(components.map((one) => [one['bom-ref'], one.name]))
const written = {
  ...bom,
  // npm names it after the folder that it is in.
  metadata: { ...bom.metadata, component: { ...bom.metadata.component, name: 'ringpost' } },
  components,
  dependencies: bom.dependencies
    .filter(({ ref }) => ref === ours || shipped.has(ref))
    .map(({ ref, dependsOn }) => ({
      ref,
      // npm draws our tools here too, where they are somebody's need besides.
      dependsOn: dependsOn.filter(
        (to) => shipped.has(to) && (ref !== ours || direct.has(nameOf.get(to) ?? '')),
      ),
    })),
}
writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`)
console.log(`wrote ${file}: ${components.length} packages`)

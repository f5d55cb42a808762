/** What package-lock.json says of a package. */
interface Locked {
  version: string
  name?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}
export type Lock = Readonly<Record<string, Locked>>

/**
 * The paths in package-lock.json (its `packages`) of all that is installed for whoever uses the root, with the packages
 * named in `bundled`. Its own marks do not tell: `devOptional` is what a tool needs and a package can do without.
 */
export function productionPaths(lock: Lock, bundled: Iterable<string> = []): Set<string> {
  const found = new Set<string>()
  const visit = (from: string, names: readonly string[]) => {
    for (const name of names) {
      const path = resolve(lock, from, name)
      if (path === null || found.has(path)) continue
      found.add(path)
      visit(path, needs(lock[path]))
    }
  }
  visit('', [...needs(lock['']), ...bundled])
  return found
}

export const packageName = (path: string): string => path.replace(/^.*node_modules\//, '')

function needs(one: Locked | undefined): string[] {
  const peers = Object.keys(one?.peerDependencies ?? {})
  return [
    ...Object.keys(one?.dependencies ?? {}),
    ...Object.keys(one?.optionalDependencies ?? {}),
    ...peers.filter((name) => one?.peerDependenciesMeta?.[name]?.optional !== true),
  ]
}

/** As Node looks for it: in the folder of who asks, then in those above. Null for what is of another system. */
function resolve(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (lock[path] !== undefined) return path
    if (folder === '') return null
  }
}

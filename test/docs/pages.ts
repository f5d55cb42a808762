import { readdirSync, readFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url)

/** A page for operators, by its path in the repository. */
export interface Page {
  path: string
  lines: string[]
}

/** README.md and every page under docs. */
export function readPages(): Page[] {
  const docs = readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
  return ['README.md', ...docs.sort()].map((path) => ({
    path,
    lines: readFileSync(new URL(path, ROOT), 'utf8').split('\n'),
  }))
}

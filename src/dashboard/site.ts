import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** Where `npm run build` puts the dashboard; in a package, the same place beside the compiled code. */
const BUILT = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url))

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A file of the dashboard, ready to be sent. */
export interface SiteFile {
  type: string
  body: Buffer
  gzipped: Buffer
  /** Its name changes with its content, so that a browser may keep it. */
  hashed: boolean
}

/**
 * The built dashboard, by path below its folder. All of it is read at once and kept: it is small, and what is
 * looked up in a map cannot be a path out of a folder.
 *
 * @returns null where it is not built
 */
export function readSite(folder = BUILT): ReadonlyMap<string, SiteFile> | null {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return null
  }
  const files = names
    .filter((name) => extname(name) in TYPES)
    .map((name): [string, SiteFile] => {
      const body = readFileSync(`${folder}/${name}`)
      const type = TYPES[extname(name)] ?? ''
      return [
        name.replaceAll('\\', '/'),
        { type, body, gzipped: gzipSync(body), hashed: name.startsWith('assets') },
      ]
    })
  const site = new Map(files)
  return site.has('index.html') ? site : null
}

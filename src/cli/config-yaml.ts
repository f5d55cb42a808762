import { Document, isMap, visit } from 'yaml'
import { withoutReferences } from '../config-file/references.ts'
import { printableYaml, steers } from './printable.ts'

const HEAD = ` Sources and endpoints of ringpost: docs/config-file.md says how it is read.
 What is secret is not in it. Where it is applied to another ringpost, take the # away and set the variables.`

/** What there is, as GET /v1/config answers it. */
export interface Configuration {
  sources: Record<string, Record<string, unknown>>
  endpoints: Record<string, Record<string, unknown>>
  withheld: readonly string[]
}

/**
 * A configuration as a file for git. What is withheld is there as a comment, with a reference to the
 * environment, so that the file can be applied where it came from as it is.
 */
export function renderConfigFile({ sources, endpoints, withheld }: Configuration): string {
  const document = new Document({ sources, endpoints })
  document.commentBefore = HEAD
  visit(document, {
    Scalar(key, node) {
      if (typeof node.value !== 'string') return
      if (steers(node.value.replaceAll('\n', ''))) node.type = 'QUOTE_DOUBLE'
      if (key !== 'key') node.value = withoutReferences(node.value)
    },
  })
  for (const [owner, lines] of commentsOf(withheld, (path) => document.hasIn(path))) {
    const map = document.getIn(owner)
    if (isMap(map)) map.comment = lines.map((line) => ` ${line}`).join('\n')
  }
  for (const kind of ['sources', 'endpoints']) {
    const map = document.get(kind)
    if (isMap(map) && map.items.length === 0) map.flow = true
  }
  return printableYaml(document.toString({ lineWidth: 110 }))
}

/** The lines that would set what is withheld, by the map that they belong to. */
function commentsOf(
  withheld: readonly string[],
  isThere: (path: readonly string[]) => boolean,
): [owner: string[], lines: string[]][] {
  const byOwner = new Map<string, string[]>()
  const linesOf = (owner: readonly string[]) => {
    const key = JSON.stringify(owner)
    const lines = byOwner.get(key) ?? []
    byOwner.set(key, lines)
    return lines
  }
  for (const path of withheld) {
    const [kind = '', id = '', field = '', ...rest] = path.split('.')
    const name = rest.join('.')
    if (name === '') linesOf([kind, id]).push(`${field}: ${reference(id, field)}`)
    // Others of the same map are there, and a map has one place only.
    else if (isThere([kind, id, field])) linesOf([kind, id, field]).push(`${name}: ${reference(id, name)}`)
    else {
      const lines = linesOf([kind, id])
      if (!lines.includes(`${field}:`)) lines.push(`${field}:`)
      lines.push(`  ${name}: ${reference(id, name)}`)
    }
  }
  return [...byOwner].map(([key, lines]) => [JSON.parse(key) as string[], lines])
}

function reference(id: string, field: string): string {
  return `\${${`${id}_${field}`.toUpperCase().replace(/\W/g, '_')}}`
}

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter } from 'yaml'

/** A place in a file; both count from 1. */
export interface Place {
  line: number
  column: number
}

/** Finds the places of fields in a YAML document. */
export function createPlaces(document: Document.Parsed, lines: LineCounter) {
  function at(offset: number): Place {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  return {
    at,

    /**
     * Where a field is named, or what it would be in where it is not there.
     *
     * @param path names with dots between them; a name may have dots itself, as those of a filter do
     */
    of(path: string): Place {
      let node: unknown = document.contents
      let place = document.contents?.range[0] ?? 0
      let rest = path === '' ? [] : path.split('.')
      while (rest.length > 0) {
        const step = stepInto(isAlias(node) ? node.resolve(document) : node, rest)
        if (step === null) break
        place = step.place
        node = step.node
        rest = rest.slice(step.names)
      }
      return at(place)
    },
  }
}

/** The next node on a path, and how many of the names led there. */
function stepInto(
  node: unknown,
  rest: readonly string[],
): { node: unknown; place: number; names: number } | null {
  if (isSeq(node)) {
    const item = node.items[Number(rest[0])]
    return item === undefined ? null : { node: item, place: startOf(item), names: 1 }
  }
  if (!isMap(node)) return null
  for (let names = 1; names <= rest.length; names++) {
    const name = rest.slice(0, names).join('.')
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
    if (pair) return { node: pair.value, place: startOf(pair.key), names }
  }
  return null
}

function startOf(node: unknown): number {
  return (node as { range?: readonly number[] | null }).range?.[0] ?? 0
}

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter } from 'yaml'

/** A place in a file; both count from 1. */
export interface Place {
  line: number
  column: number
}

/**
 * Finds the places of fields in a YAML document.
 *
 * @param isLeftOut which values were left out of lists before fields got their numbers
 */
export function createPlaces(
  document: Document.Parsed,
  lines: LineCounter,
  isLeftOut: (value: unknown) => boolean,
) {
  function at(offset: number): Place {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  return {
    at,

    /**
     * Where a field is named, or what it would be in where it is not there; and its path in the document, where the
     * entries of a list count that were left out.
     *
     * @param path names with dots between them; a name may have dots itself, as those of a filter do
     */
    of(path: string): Place & { path: string } {
      let node: unknown = document.contents
      let place = document.contents?.range[0] ?? 0
      let rest = path === '' ? [] : path.split('.')
      const names: string[] = []
      while (rest.length > 0) {
        const list = isAlias(node) ? node.resolve(document) : node
        const [number = '', ...others] = rest
        if (isSeq(list)) rest = [String(numberIn(list.items, Number(number))), ...others]
        const step = stepInto(list, rest)
        if (step === null) break
        place = step.place
        node = step.node
        names.push(...rest.slice(0, step.names))
        rest = rest.slice(step.names)
      }
      return { ...at(place), path: [...names, ...rest].join('.') }
    },
  }

  /** The number of an entry among all of a list, from that among those that were not left out. */
  function numberIn(items: readonly unknown[], number: number): number {
    const kept = items.flatMap((item, i) => {
      const node = isAlias(item) ? item.resolve(document) : item
      return isScalar(node) && isLeftOut(node.value) ? [] : [i]
    })
    return kept[number] ?? number
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

interface JsonObject {
  [key: string]: unknown
}

const REF = '#/components/schemas/'
/** What is made of each named schema: its form in requests has this suffix, its form in answers has none. */
const OF_REQUESTS = 'Input'

/**
 * Makes of the generated OpenAPI document one that reads as if it were written by hand: no schema that
 * nothing refers to, no bounds that only say "a number of JavaScript", a body that may be null may be left
 * out, and answers may have more fields than they list.
 */
export function tidyDocument(document: JsonObject): JsonObject {
  const paths = omitOptionalBodies(document.paths as JsonObject)
  const components = document.components as JsonObject & { schemas: JsonObject }
  const used = reachable(paths, components.schemas)
  const schemas = Object.entries(components.schemas)
    .filter(([name]) => used.has(name))
    .map(([name, schema]) => [name, name.endsWith(OF_REQUESTS) ? schema : openEnded(schema)] as const)
    // They come in the order in which modules were loaded.
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return renamed(
    withoutNumberBounds({
      ...document,
      paths,
      components: { ...components, schemas: Object.fromEntries(schemas) },
    }) as JsonObject,
    used,
  )
}

/** Rebuilds a JSON value from its leaves; `change` sees each object after what is in it. */
function rebuild(value: unknown, change: (object: JsonObject) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => rebuild(one, change))
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rebuild(one, change)])))
}

function openEnded(schema: unknown): unknown {
  return rebuild(schema, ({ additionalProperties, ...rest }) =>
    additionalProperties === undefined || additionalProperties === false
      ? rest
      : { ...rest, additionalProperties },
  )
}

function withoutNumberBounds(document: unknown): unknown {
  return rebuild(document, (object) => {
    const { minimum, maximum, ...rest } = object
    return {
      ...rest,
      ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
      ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    }
  })
}

interface Body {
  content: Record<string, { schema: { anyOf?: JsonObject[] } }>
}

function omitOptionalBodies(paths: JsonObject): JsonObject {
  return rebuild(paths, (object) => {
    const { requestBody, ...operation } = object as { requestBody?: Body }
    const forms = requestBody?.content['application/json']?.schema.anyOf ?? []
    const schema = forms.find(({ type }) => type !== 'null')
    if (schema === undefined || forms.length !== 2) return object
    return { ...operation, requestBody: { required: false, content: { 'application/json': { schema } } } }
  }) as JsonObject
}

function refsOf(value: unknown): string[] {
  const text = JSON.stringify(value)
  return [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '')
}

function reachable(paths: unknown, schemas: JsonObject): Set<string> {
  const found = new Set<string>()
  const waiting = refsOf(paths)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue
    found.add(name)
    waiting.push(...refsOf(schemas[name] ?? {}))
  }
  return found
}

/** Drops the suffix of requests where no answer has the same schema. */
function renamed(document: JsonObject, used: ReadonlySet<string>): JsonObject {
  const shortName = (name: string) => {
    const short = name.slice(0, -OF_REQUESTS.length)
    return name.endsWith(OF_REQUESTS) && !used.has(short) ? short : name
  }
  const components = document.components as JsonObject & { schemas: JsonObject }
  const schemas = Object.entries(components.schemas).map(([name, schema]) => [shortName(name), schema])
  const named = { ...document, components: { ...components, schemas: Object.fromEntries(schemas) } }
  return rebuild(named, (object) => {
    const { $ref } = object
    if (typeof $ref !== 'string' || !$ref.startsWith(REF)) return object
    return { ...object, $ref: REF + shortName($ref.slice(REF.length)) }
  }) as JsonObject
}

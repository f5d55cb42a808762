import { Ajv } from 'ajv'

interface Model {
  prototype: { validate(this: unknown): void }
}

/** A Kubernetes object as it is in a YAML file. */
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; labels?: Record<string, string> }
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is looked at field by field.
  [field: string]: any
}

/**
 * Validates a manifest with the schemas of the Kubernetes API.
 *
 * The schemas allow fields that they do not know, which would let a misspelt one pass; so every field that the
 * validator has not even looked at is a problem too.
 *
 * @returns what is wrong; empty where nothing is
 */
export async function problemsOfManifest(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest
  if (`${apiVersion}/${kind}` === 'monitoring.coreos.com/v1/PodMonitor') return problemsOfPodMonitor(manifest)
  const models: Record<string, Model> = await import(`kubernetes-models/${apiVersion}/${kind}`)
  const Model = models[kind]
  if (Model === undefined) return [`There is no ${kind} in ${apiVersion}.`]
  const unread = new Set<string>()
  try {
    // Its constructor would make a copy.
    Model.prototype.validate.call(watched(manifest, '', unread))
  } catch (error) {
    return [`${kind} ${manifest.metadata.name}: ${(error as Error).message}`]
  }
  return [...unread].map((path) => `${kind} ${manifest.metadata.name}: ${path} is no field of it.`)
}

const labels = { type: 'object', additionalProperties: { type: 'string' } }
const duration = {
  type: 'string',
  pattern: '^(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?$',
}
const object = (required: string[], properties: object) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})

/** Of the definition that the Prometheus Operator installs, what a chart can be expected to use. */
const isPodMonitor = new Ajv({ allErrors: true }).compile(
  object(['apiVersion', 'kind', 'metadata', 'spec'], {
    apiVersion: { const: 'monitoring.coreos.com/v1' },
    kind: { const: 'PodMonitor' },
    metadata: object(['name'], {
      name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 253 },
      namespace: { type: 'string' },
      labels,
      annotations: labels,
    }),
    spec: object(['selector', 'podMetricsEndpoints'], {
      selector: object(['matchLabels'], { matchLabels: { ...labels, minProperties: 1 } }),
      namespaceSelector: object([], {
        any: { type: 'boolean' },
        matchNames: { type: 'array', items: { type: 'string' } },
      }),
      jobLabel: { type: 'string' },
      podTargetLabels: { type: 'array', items: { type: 'string' } },
      podMetricsEndpoints: {
        type: 'array',
        minItems: 1,
        items: object(['port'], {
          port: { type: 'string' },
          path: { type: 'string' },
          scheme: { enum: ['http', 'https'] },
          interval: duration,
          scrapeTimeout: duration,
          honorLabels: { type: 'boolean' },
        }),
      },
    }),
  }),
)

function problemsOfPodMonitor(manifest: Manifest): string[] {
  isPodMonitor(manifest)
  return (isPodMonitor.errors ?? []).map(
    ({ instancePath, message }) => `PodMonitor ${manifest.metadata.name}: ${instancePath} ${message}`,
  )
}

/** The same value, which notes what nobody reads of it. */
function watched<T>(value: T, path: string, unread: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value
  const inside = new Map<string, unknown>()
  for (const [key, one] of Object.entries(value)) {
    unread.add(`${path}.${key}`)
    inside.set(key, watched(one, `${path}.${key}`, unread))
  }
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'string' && inside.has(key)) {
        unread.delete(`${path}.${key}`)
        return inside.get(key)
      }
      return Reflect.get(target, key)
    },
  })
}

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { chartDigest, MANIFESTS, QUEUE_AGE } from '../../scripts/render-chart.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { ROLES } from '../../src/config/schema.ts'
import { SHARED_METRICS } from '../../src/metrics/definitions.ts'
import { QUEUE_NAMES } from '../../src/queues/queues.ts'
import { readCompose } from './compose.ts'
import { readImage } from './image.ts'
import { type Manifest, problemsOfManifest } from './manifest.ts'

const CHART = new URL('../../deploy/helm/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, CHART), 'utf8')
const allOf = (text: string) =>
  parseAllDocuments(text).flatMap((one) => (one.toJS() as Manifest | null) ?? [])
const text = readFileSync(MANIFESTS, 'utf8')
const objects = allOf(text)
const queueAge = readFileSync(QUEUE_AGE, 'utf8')
const ofKind = (kind: string) => objects.filter((one) => one.kind === kind)
const SECRETS = { RINGPOST_API_TOKEN: 'test-token-5f1d9c3ab27e', RINGPOST_MASTER_KEY: '5f'.repeat(32) }

test('the plain manifests are those of the chart as it is', () => {
  for (const kept of [text, queueAge]) {
    expect(kept, 'out of date: node scripts/render-chart.ts').toContain(`from the chart ${chartDigest()}.`)
  }
})

test('every manifest is what the Kubernetes API takes', async () => {
  for (const object of objects) expect(await problemsOfManifest(object)).toEqual([])
  const [deployment] = ofKind('Deployment')
  const misspelt = structuredClone(deployment as Manifest)
  misspelt.spec.template.spec.containers[0].readinesProbe = {}
  expect(await problemsOfManifest(misspelt)).toHaveLength(1)
  misspelt.spec.template.spec.containers = 'none'
  expect(await problemsOfManifest(misspelt)).toEqual([expect.stringMatching(/containers must be array/)])
})

test('scaled by the age of its queue, deliver asks for a metric that its pods tell and the adapter serves', async () => {
  const [scaler, monitor, ...others] = allOf(queueAge).sort((a, b) => a.kind.localeCompare(b.kind))
  expect(others).toEqual([])
  for (const object of [scaler, monitor]) expect(await problemsOfManifest(object as Manifest)).toEqual([])
  // In place of the one that looks at the CPU alone.
  const [alone] = ofKind('HorizontalPodAutoscaler')
  const { metrics, ...spec } = scaler?.spec ?? {}
  expect({ ...alone, spec: { ...alone?.spec, metrics: [] } }).toEqual({
    ...scaler,
    spec: { ...spec, metrics: [] },
  })
  expect(metrics.map((one: { type: string }) => one.type)).toEqual(['Resource', 'External'])
  const { metric, target } = metrics[1].external
  expect(target).toEqual({ type: 'Value', value: '5' })

  const { rules } = parse(readFileSync(new URL('../prometheus/adapter.yml', CHART), 'utf8'))
  expect(rules.external.map((one: { seriesQuery: string }) => one.seriesQuery)).toEqual([metric.name])
  const told = SHARED_METRICS[metric.name as keyof typeof SHARED_METRICS]
  expect(told.labels).toEqual(Object.keys(metric.selector.matchLabels))
  expect(QUEUE_NAMES).toContain(metric.selector.matchLabels.queue)

  const [endpoint] = monitor?.spec.podMetricsEndpoints ?? []
  const scraped = ofKind('Deployment').map(({ spec }) => spec.template)
  expect(scraped).toHaveLength(4)
  for (const { metadata, spec } of scraped) {
    expect(metadata.labels).toMatchObject(monitor?.spec.selector.matchLabels)
    expect(spec.containers[0].ports.map((one: { name: string }) => one.name)).toContain(endpoint.port)
  }

  const wrong = structuredClone(monitor as Manifest)
  wrong.spec.podMetricsEndpoints[0].intervall = '15s'
  wrong.spec.podMetricsEndpoints[0].interval = '15'
  delete wrong.spec.selector
  expect(await problemsOfManifest(wrong)).toHaveLength(3)
})

test('its values have a schema, which its own values keep to', () => {
  const valid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(read('values.schema.json')),
  )
  const values = parse(read('values.yaml'))
  valid(values)
  expect(valid.errors).toBeNull()
  for (const wrong of [
    { ...values, secrets: {} },
    { ...values, env: { PORT: '1' } },
    { ...values, env: { log_level: 'info' } },
    { ...values, workloads: { all: { roles: ['cook'], replicas: 1 } } },
    { ...values, secret: { masterKey: 'short' } },
    { ...values, redis: { bundled: false, url: 'redis.example.com' } },
    // The labels of its pods would be those of Redis.
    { ...values, workloads: { ...values.workloads, redis: { roles: ['api'], replicas: 1 } } },
    { ...values, workloads: { 'api-': { roles: ['api'], replicas: 1 } } },
    { ...values, podMonitor: { interval: '15' } },
  ]) {
    expect(valid(wrong)).toBe(false)
  }
  for (const url of [
    'redis://h',
    'rediss://h',
    'redis+cluster://h,h',
    'rediss+sentinel://h:26379/mymaster',
  ]) {
    expect(valid({ ...values, redis: { bundled: false, url } })).toBe(true)
  }
})

test('the chart is of this version', () => {
  expect(parse(read('Chart.yaml'))).toMatchObject({ version: manifest.version, appVersion: manifest.version })
})

test('every role is played, by processes that ringpost would start as they are configured', () => {
  const roles = ofKind('Deployment').flatMap(({ spec }) => {
    const [container] = spec.template.spec.containers
    const env = Object.fromEntries(container.env.map((one: Record<string, string>) => [one.name, one.value]))
    expect(container.envFrom).toEqual([{ secretRef: { name: 'ringpost' } }])
    return parseConfig({ ...readImage().environment, ...env, ...SECRETS }, '/app').roles
  })
  expect(roles.sort()).toEqual([...ROLES].sort())
})

test('pods have no rights, no root and a read-only file system, and end when they have drained', () => {
  const pods = [...ofKind('Deployment'), ...ofKind('StatefulSet')].map(({ spec }) => spec.template.spec)
  expect(pods).toHaveLength(5)
  for (const pod of pods) {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 60,
    })
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(container.resources.limits).toHaveProperty('memory')
      expect(container).toMatchObject({ startupProbe: {}, livenessProbe: {}, readinessProbe: {} })
    }
  }
  const [user] = readImage().user.split(':')
  for (const { spec } of ofKind('Deployment')) {
    const { spec: pod } = spec.template
    expect(String(pod.securityContext.runAsUser)).toBe(user)
    expect(pod.enableServiceLinks).toBe(false)
    expect(pod.containers[0].ports[0].containerPort).toBe(Number(readImage().environment.PORT))
  }
})

test('selectors find their pods, and each pod has one budget', () => {
  const pods = [...ofKind('Deployment'), ...ofKind('StatefulSet')].map(
    ({ spec }) => spec.template.metadata.labels,
  )
  const found = (selector: Record<string, string>) =>
    pods.filter((labels) => Object.entries(selector).every(([name, value]) => labels[name] === value))
  for (const { spec } of ofKind('Service')) expect(found(spec.selector)).toHaveLength(1)
  const budgets = ofKind('PodDisruptionBudget')
  expect(budgets).toHaveLength(4)
  for (const { spec } of budgets) expect(found(spec.selector.matchLabels)).toHaveLength(1)
  const [scaler] = ofKind('HorizontalPodAutoscaler')
  const scaled = ofKind('Deployment').find((one) => one.metadata.name === scaler?.spec.scaleTargetRef.name)
  // The autoscaler says how many.
  expect(scaled?.spec.replicas).toBeUndefined()
  const [policy] = ofKind('NetworkPolicy')
  expect(found(policy?.spec.podSelector.matchLabels)).toHaveLength(1)
  expect(found(policy?.spec.ingress[0].from[0].podSelector.matchLabels)).toHaveLength(4)
})

test('its Redis is that of docker-compose.yml', () => {
  const { redis } = readCompose(SECRETS).services
  const [container] = ofKind('StatefulSet')[0]?.spec.template.spec.containers ?? []
  expect([container.image, container.args]).toEqual([redis?.image, redis?.command])
})

/**
 * What only helm can say of the chart: `npm run check:chart`, with helm 3 or 4 on the PATH, after each change of it. Without
 * helm, test/deploy/chart.test.ts looks at the manifests that were rendered from it.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import {
  MANIFESTS,
  QUEUE_AGE,
  renderChart,
  renderManifests,
  renderQueueAge,
} from '../../scripts/render-chart.ts'
import { type Manifest, problemsOfManifest } from './manifest.ts'

const CHART = fileURLToPath(new URL('../../deploy/helm/', import.meta.url))
const allOf = (text: string) =>
  parseAllDocuments(text).flatMap((one) => (one.toJS() as Manifest | null) ?? [])

const given = ['secret.apiToken=0123456789abcdef', `secret.masterKey=${'5f'.repeat(32)}`]
execFileSync('helm', ['lint', '--strict', CHART, ...given.flatMap((one) => ['--set', one])])
for (const [rendered, kept] of [
  [renderManifests(), MANIFESTS],
  [renderQueueAge(), QUEUE_AGE],
] as const) {
  assert.equal(rendered, readFileSync(kept, 'utf8'), 'Out of date: node scripts/render-chart.ts')
}
assert.throws(() => renderChart(), /set secret\.masterKey|set secret\.apiToken/)
const url = 'rediss+cluster://redis.example.com'
const elsewhere = [
  'redis.bundled=false',
  `redis.url=${url}`,
  'config=sources: {}',
  'caCertificates.secret=ca',
]
const external = allOf(renderChart(...given, ...elsewhere))
assert.deepEqual(
  external.filter((one) => one.kind === 'StatefulSet'),
  [],
)
assert.equal(external.find((one) => one.kind === 'Secret')?.stringData.REDIS_URL, url)
for (const { spec } of external.filter((one) => one.kind === 'Deployment')) {
  const [{ env, volumeMounts }] = spec.template.spec.containers
  const { mountPath } = volumeMounts.find((one: { name: string }) => one.name === 'ca')
  assert.deepEqual(
    env.filter((one: { name: string }) => one.name === 'NODE_EXTRA_CA_CERTS'),
    [{ name: 'NODE_EXTRA_CA_CERTS', value: `${mountPath}/ca.crt` }],
  )
}
const settings = [
  'workloads.deliver.autoscaling.queueAge=5',
  'podMonitor.enabled=true',
  'env.LOG_LEVEL=debug',
  'nodeSelector.pool=calls',
  'imagePullSecrets[0].name=registry',
]
const more = allOf(renderChart(...given, ...settings))
for (const object of [...external, ...more]) assert.deepEqual(await problemsOfManifest(object), [])
// Nothing of the release is left behind on other nodes, and no version of ringpost makes Redis start again.
for (const { spec } of more.filter((one) => ['Deployment', 'StatefulSet'].includes(one.kind))) {
  assert.deepEqual(spec.template.spec.nodeSelector, { pool: 'calls' })
  assert.deepEqual(spec.template.spec.imagePullSecrets, [{ name: 'registry' }])
}
const { metadata } = more.find((one) => one.kind === 'StatefulSet')?.spec.template ?? {}
assert.doesNotMatch(JSON.stringify(metadata), /version|chart/)

// As a values file has it, and not --set.
const folder = mkdtempSync(join(tmpdir(), 'chart-'))
try {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, 'secret: { existing: mine }\nenv: { A: 1234567, B: 0.5, C: true, D: 1e3s }\n')
  const text = execFileSync('helm', ['template', 'a.b', CHART, '--kube-version', '1.32', '-f', file])
  const objects = allOf(text.toString())
  const [deployment] = objects.filter((one) => one.kind === 'Deployment')
  const env = deployment?.spec.template.spec.containers[0].env as { name: string; value: string }[]
  assert.deepEqual(
    env.filter(({ name }) => name.length === 1).map(({ value }) => value),
    ['1234567', '0.5', 'true', '1e3s'],
  )
  for (const object of objects) assert.match(object.metadata.name, /^a-b-ringpost(-[a-z]+)?$/)
} finally {
  rmSync(folder, { recursive: true })
}

for (const [wrong, says] of [
  [['redis.url=redis://x'], /needs redis\.bundled=false/],
  [['redis.bundled=false'], /set redis\.url/],
  [['secret.existing=mine', 'redis.bundled=false', 'redis.url=redis://x'], /put the address of Redis into/],
  [['workloads.deliver.replicas=0'], /workloads\.deliver\.replicas is what/],
  [['workloads.deliver.replicas=11'], /workloads\.deliver\.replicas is what/],
  [['workloads.deliver.autoscaling.cpu=0'], /needs cpu or queueAge/],
  [['workloads.redis.replicas=1', 'workloads.redis.roles={api}'], /invalid propertyName 'redis'/],
] as const) {
  assert.throws(() => renderChart(...given, ...wrong), says)
}
console.log('helm finds no fault with the chart, and renders the manifests that are kept.')

/**
 * What only helm can say of the chart: `npm run check:chart`, with helm 3 on the PATH, after each change of it. Without
 * helm, test/deploy/chart.test.ts looks at the manifests that were rendered from it.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
const elsewhere = ['redis.bundled=false', 'redis.url=rediss://redis.example.com', 'config=sources: {}']
const external = allOf(renderChart(...given, ...elsewhere))
assert.deepEqual(
  external.filter((one) => one.kind === 'StatefulSet'),
  [],
)
const settings = [
  'workloads.deliver.autoscaling.queueAge=5',
  'podMonitor.enabled=true',
  'env.LOG_LEVEL=debug',
]
const more = allOf(renderChart(...given, ...settings))
for (const object of [...external, ...more]) assert.deepEqual(await problemsOfManifest(object), [])
console.log('helm finds no fault with the chart, and renders the manifests that are kept.')

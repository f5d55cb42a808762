/**
 * Writes the chart as plain manifests: deploy/kubernetes.yaml, and deploy/queue-age.yaml with what is different where
 * `deliver` is scaled by the age of its queue: `node scripts/render-chart.ts`. Needs helm 3 or 4, with which
 * `npm run check:chart` sees that they are right. Their first lines hold a digest of the chart, so that a test tells
 * without helm when they are out of date.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHART = fileURLToPath(new URL('../deploy/helm/', import.meta.url))
export const MANIFESTS = fileURLToPath(new URL('../deploy/kubernetes.yaml', import.meta.url))
export const QUEUE_AGE = fileURLToPath(new URL('../deploy/queue-age.yaml', import.meta.url))

/** Of every file of the chart. */
export function chartDigest(): string {
  const hash = createHash('sha256')
  const files = readdirSync(CHART, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const path of files.map((entry) => `${entry.parentPath}/${entry.name}`.replace(/\/+/g, '/')).sort()) {
    hash
      .update(`${path.slice(CHART.length)}\n`)
      .update(readFileSync(path))
      .update('\n')
  }
  return hash.digest('hex')
}

/** The chart as helm renders it. */
export function renderChart(...settings: string[]): string {
  const sets = settings.flatMap((one) => ['--set', one])
  const rendered = execFileSync('helm', ['template', 'ringpost', CHART, '--kube-version', '1.32', ...sets], {
    encoding: 'utf8',
    // What helm says of an error is in the message of this one.
    stdio: 'pipe',
  })
  // Helm 4 puts an empty line before each object.
  return rendered.replaceAll(/\n+---\n/g, '\n---\n')
}

/** What deploy/kubernetes.yaml holds. */
export function renderManifests(): string {
  return `# The chart under deploy/helm with its own values, for those who do not use Helm: docs/running.md.
# Written by scripts/render-chart.ts from the chart ${chartDigest()}.
#
#   kubectl create secret generic ringpost --from-literal=ELEVENLABS_API_KEY=sk_… \\
#     --from-literal=RINGPOST_API_TOKEN="$(openssl rand -hex 32)" \\
#     --from-literal=RINGPOST_MASTER_KEY="$(openssl rand -base64 32)"
#   kubectl apply -f deploy/kubernetes.yaml
${renderChart('secret.existing=ringpost')}`
}

/** What deploy/queue-age.yaml holds. */
export function renderQueueAge(): string {
  const settings = ['workloads.deliver.autoscaling.queueAge=5', 'podMonitor.enabled=true']
  const own = renderChart('secret.existing=ringpost', ...settings)
    .split(/^---\n/m)
    .filter((object) => /^kind: (HorizontalPodAutoscaler|PodMonitor)$/m.test(object))
  return `# What is different in the chart under deploy/helm with ${settings.join(' and ')}.
# Written by scripts/render-chart.ts from the chart ${chartDigest()}.
# It needs the Prometheus Operator, and prometheus-adapter with deploy/prometheus/adapter.yml: docs/running.md.
#
#   kubectl apply -f deploy/kubernetes.yaml -f deploy/queue-age.yaml
---
${own.join('---\n')}`
}

if (import.meta.main) {
  writeFileSync(MANIFESTS, renderManifests())
  writeFileSync(QUEUE_AGE, renderQueueAge())
  console.log(`wrote ${MANIFESTS} and ${QUEUE_AGE}`)
}

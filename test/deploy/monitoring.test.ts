import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createMetrics } from '../../src/metrics/create-metrics.ts'
import { startTestApi } from '../api/support.ts'
import { toolPath } from '../support/tool.ts'
import { readCompose } from './compose.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)
const read = (path: string) => readFile(join(ROOT, 'deploy', path), 'utf8')

interface Rule {
  alert: string
  expr: string
  annotations: Record<string, string>
}

async function alertRules(): Promise<Rule[]> {
  const { groups } = parse(await read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

/** Every query of the dashboard, as Grafana sends it. */
async function dashboardQueries(): Promise<string[]> {
  const { panels } = JSON.parse(await read('grafana/ringpost.json')) as {
    panels: { targets?: { expr: string }[] }[]
  }
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  return queries.map((expr) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$source', '.*'))
}

const nothing = async () => []
const metrics = createMetrics({
  readSources: nothing,
  readQueues: nothing,
  readEndpoints: nothing,
  readRedisMemory: async () => ({ usedBytes: 1, maxBytes: null }),
  now: Date.now,
})
const known = new Map(
  metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames = [] } = metric as typeof metric & { labelNames?: string[] }
    return [name, { help, isHistogram: String(type) === 'histogram', labels: labelNames }]
  }),
)

/** What a query asks for that ringpost does not have: metrics, labels, or values of labels. */
function missingOf(query: string): string[] {
  const missing: string[] = []
  const metricsIn = [...query.matchAll(/\b((?:ringpost|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)]
  const labels = new Set(['instance'])
  for (const [, name = '', matchers = ''] of metricsIn) {
    const base = name.replace(/_(bucket|sum|count)$/, '')
    const metric = known.get(name) ?? (known.get(base)?.isHistogram ? known.get(base) : undefined)
    if (metric === undefined) {
      missing.push(name)
      continue
    }
    for (const label of metric.labels) labels.add(label)
    if (metric.isHistogram) labels.add('le')
    for (const [, label = '', text = ''] of matchers.matchAll(/(\w+)[!=~]+"([^"]*)"/g)) {
      if (!metric.labels.includes(label)) missing.push(`${name}{${label}}`)
      // The values that a label can have are in the meaning of the metric.
      const values = text === '.*' ? [] : text.split('|')
      missing.push(
        ...values.filter((value) => !metric.help.includes(value)).map((value) => `${label}="${value}"`),
      )
    }
  }
  for (const [, list = ''] of query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)) {
    missing.push(...list.split(', ').filter((label) => !labels.has(label)))
  }
  return missing
}

test('alerts and dashboard ask for what there is', async () => {
  const queries = [...(await alertRules()).map(({ expr }) => expr), ...(await dashboardQueries())]
  expect(queries.length).toBeGreaterThan(40)
  for (const query of queries) expect(missingOf(query), query).toEqual([])
  expect(
    missingOf('max by (user) (ringpost_source_lags{source="x"}) + rate(ringpost_redis_up_sum[5m])'),
  ).toEqual(['ringpost_source_lags', 'ringpost_redis_up_sum', 'user'])
  expect(missingOf('ringpost_source_condition{state="dead",queue="poll"}')).toEqual([
    'state="dead"',
    'ringpost_source_condition{queue}',
    'queue="poll"',
  ])
})

test('the dashboard shows every metric of ringpost’s own', async () => {
  const text = (await dashboardQueries()).join('\n')
  const shown = [...known.keys()].filter((name) => name.startsWith('ringpost_') && text.includes(name))
  const unseen = [...known.keys()].filter((name) => name.startsWith('ringpost_') && !shown.includes(name))
  expect(unseen).toEqual(['ringpost_source_known_users', 'ringpost_source_consecutive_failures'])
})

test('each alert says what is wrong and what to do, and has a case that fires it', async () => {
  const cases = await read('prometheus/alerts.test.yml')
  for (const { alert, annotations } of await alertRules()) {
    expect(annotations).toEqual({ summary: expect.any(String), description: expect.any(String) })
    expect(cases).toContain(`alertname="${alert}",alertstate="firing"`)
  }
})

test('every service of docker-compose.yml is scraped, at its port', async () => {
  const { scrape_configs } = parse(await read('prometheus/prometheus.yml'))
  const { redis: _, ...services } = readCompose({
    RINGPOST_API_TOKEN: 'x',
    RINGPOST_MASTER_KEY: 'x',
  }).services
  const [{ names, port }] = scrape_configs[0].dns_sd_configs
  expect(names).toEqual(Object.keys(services))
  expect(Object.values(services)[0]?.environment?.PORT).toBe(String(port))
})

test('promtool takes the alerts, their cases, the dashboard’s queries and the metrics', async () => {
  const promtool = toolPath('promtool')
  const check = (...args: string[]) => run(promtool, args, { cwd: join(ROOT, 'deploy/prometheus') })
  await check('check', 'config', 'prometheus.yml')
  await check('test', 'rules', 'alerts.test.yml')

  const folder = await mkdtemp(join(tmpdir(), 'promtool-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const rules = (await dashboardQueries()).map((expr, i) => ({ record: `panel:${i}`, expr }))
  const file = join(folder, 'rules.yml')
  await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }))
  await check('check', 'rules', file)
  await writeFile(
    file,
    stringify({ groups: [{ name: 'x', rules: [{ record: 'x', expr: 'max by (x (y)' }] }] }),
  )
  await expect(check('check', 'rules', file)).rejects.toMatchObject({ code: 1 })

  const api = await startTestApi()
  await api.addSource('src_one')
  await api.addEndpoint()
  api.metrics.attempted('succeeded', 1, 'webhook')
  const { text } = await api.get('/metrics', { token: null })
  const linted = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  // What prom-client names itself is not ours to mend.
  expect(linted.stderr.split('\n').filter((line) => line.startsWith('ringpost_'))).toEqual([])
  expect(linted.stderr).not.toContain('error while linting')
})

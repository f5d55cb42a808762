import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartDigest, MANIFESTS, QUEUE_AGE } from '../render-chart.ts'
import { capture } from './run.ts'

/**
 * Where the version stands beside package.json and its lock file, which npm itself changes. `VERSION` in a text is the
 * version. A place that is not found any more stops a release.
 */
const PLACES: readonly { file: string; texts: readonly string[] }[] = [
  { file: 'README.md', texts: ['ringpost VERSION is running at'] },
  { file: 'docs/running.md', texts: ['ringpost:VERSION'] },
  { file: 'deploy/helm/Chart.yaml', texts: ['\nversion: VERSION\n', '\nappVersion: VERSION\n'] },
  // As helm renders them of Chart.yaml, so that a release needs no helm.
  {
    file: 'deploy/kubernetes.yaml',
    texts: [
      'app.kubernetes.io/version: "VERSION"',
      'helm.sh/chart: ringpost-VERSION\n',
      '"ringpost:VERSION"',
    ],
  },
  {
    file: 'deploy/queue-age.yaml',
    texts: ['app.kubernetes.io/version: "VERSION"', 'helm.sh/chart: ringpost-VERSION\n'],
  },
]
const DIGEST = /(?<=from the chart )[0-9a-f]{64}(?=\.\n)/

export const VERSIONED_FILES: readonly string[] = [
  'package.json',
  'package-lock.json',
  ...PLACES.map(({ file }) => file),
]

/** The places that do not say the version, as `file: text`. */
export function missingPlaces(root: string, version: string): string[] {
  return PLACES.flatMap(({ file, texts }) => {
    const content = readFileSync(join(root, file), 'utf8')
    return texts
      .map((text) => text.replace('VERSION', version))
      .filter((text) => !content.includes(text))
      .map((text) => `${file}: ${text.trim()}`)
  })
}

/** Puts the version `to` wherever `from` stands. */
export async function setVersion(root: string, { from, to }: { from: string; to: string }): Promise<void> {
  if (from !== to) await capture('npm', ['version', to, '--no-git-tag-version', '--ignore-scripts'], root)
  for (const { file, texts } of PLACES) {
    let content = readFileSync(join(root, file), 'utf8')
    for (const text of texts) {
      content = content.replaceAll(text.replace('VERSION', from), () => text.replace('VERSION', to))
    }
    writeFileSync(join(root, file), content)
  }
  for (const file of [MANIFESTS, QUEUE_AGE]) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(DIGEST, chartDigest()))
  }
}

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LAYOUT } from '../../src/redis/layout.ts'
import { outdatedFiles } from '../generated.ts'
import { chartDigest, MANIFESTS, QUEUE_AGE } from '../render-chart.ts'
import { unreleased } from './changelog.ts'
import { missingPlaces } from './places.ts'
import { attempt, capture } from './run.ts'
import { uncommitted } from './uncommitted.ts'
import { compareVersions, isVersion } from './version.ts'

/** What is pending, a sentence for each thing. Nothing is changed, but for what `git fetch` brings. */
export async function obstacles(
  root: string,
  { current, version }: { current: string; version: string },
): Promise<string[]> {
  return [
    ...(await uncommitted(root)),
    ...(await elsewhere(root)),
    ...(await outOfStep(root)),
    ...(await taken(root, { current, version })),
    ...untold(root),
    ...(await stale()),
    ...unkept(root),
    ...missingPlaces(root, current).map((place) => `The version is not where it is looked for: ${place}`),
  ]
}

async function elsewhere(root: string): Promise<string[]> {
  const branch = await attempt('git', ['symbolic-ref', '--short', 'HEAD'], root)
  return branch === 'main' ? [] : [`Releases are made on main, and this is ${branch ?? 'no branch'}.`]
}

async function outOfStep(root: string): Promise<string[]> {
  const upstream = await attempt('git', ['rev-parse', '--abbrev-ref', 'main@{upstream}'], root)
  if (upstream === null) return []
  // A remote called `.` is this repository.
  const remote = await capture('git', ['config', 'branch.main.remote'], root)
  if (remote !== '.' && (await attempt('git', ['fetch', '--quiet', '--tags', remote], root)) === null) {
    return [`${remote} could not be asked for what is new: \`git fetch --tags ${remote}\` says why.`]
  }
  const counts = await capture('git', ['rev-list', '--left-right', '--count', 'main...main@{upstream}'], root)
  const [ahead = 0, behind = 0] = counts.split(/\s+/).map(Number)
  return [
    ...(behind > 0 ? [`main is behind ${upstream}: ${commits(behind)} to pull.`] : []),
    ...(ahead > 0 ? [`main is ahead of ${upstream}: ${commits(ahead)} to push, for its CI to see.`] : []),
  ]
}

const commits = (count: number) => (count === 1 ? 'one commit' : `${count} commits`)

async function taken(
  root: string,
  { current, version }: { current: string; version: string },
): Promise<string[]> {
  const tags = (await capture('git', ['tag', '--list', 'v*'], root)).split('\n')
  const released = tags.map((tag) => tag.slice(1)).filter(isVersion)
  const newest = released.sort(compareVersions).at(-1)
  // What package.json says has not been released before the first tag, and may be the first release.
  const above = newest === undefined || compareVersions(current, newest) > 0 ? current : newest
  const isFirst = newest === undefined && version === current
  if (released.includes(version)) return [`There is a tag v${version} already.`]
  const isHigher = compareVersions(version, above) > 0 || isFirst
  return isHigher ? [] : [`${version} is not higher than ${above}.`]
}

function untold(root: string): string[] {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  return unreleased(changelog) === '' ? ['CHANGELOG.md has nothing under Unreleased.'] : []
}

async function stale(): Promise<string[]> {
  const outdated = await outdatedFiles()
  return [
    ...(outdated.length > 0
      ? [`Out of date: ${outdated.join(', ')}. \`npm run generate\` writes them.`]
      : []),
    ...[MANIFESTS, QUEUE_AGE]
      .filter((file) => !readFileSync(file, 'utf8').includes(`from the chart ${chartDigest()}.`))
      .map((file) => `Out of date: deploy/${basename(file)}. \`node scripts/render-chart.ts\` writes it.`),
  ]
}

function unkept(root: string): string[] {
  return Array.from({ length: LAYOUT }, (_, index) => index + 1)
    .filter((layout) => !existsSync(join(root, `test/fixtures/layouts/${layout}.json`)))
    .map(
      (layout) =>
        `Data of layout ${layout} are not kept: \`npm test -- test/redis/kept-layouts.test.ts\` writes test/fixtures/layouts/${layout}.json.`,
    )
}

/**
 * Makes a release in this clone, a commit and a tag, and pushes nothing:
 * `npm run release -- <patch|minor|major|x.y.z> [--dry-run] [--tested <commit>]`. CONTRIBUTING.md says what is around it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { unreleased, withRelease } from './release/changelog.ts'
import { setVersion, VERSIONED_FILES } from './release/places.ts'
import { attempt, capture, succeeds } from './release/run.ts'
import { uncommitted } from './release/uncommitted.ts'
import { nextVersion } from './release/version.ts'

const USAGE = `usage: npm run release -- <patch|minor|major|x.y.z> [--dry-run] [--tested <commit>]

  --dry-run          look at everything but the tests, say what would be done, change nothing
  --tested <commit>  .ci/run has been seen green on this commit, which must be the present one: do not run it again`

const root = fileURLToPath(new URL('..', import.meta.url))
const git = (...args: string[]) => capture('git', args, root)
const changelogPath = join(root, 'CHANGELOG.md')

async function main(): Promise<number> {
  const options = readOptions()
  const current = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
    .version
  const version = options && nextVersion(current, options.wanted)
  if (!options || !version) {
    console.error(USAGE)
    return 2
  }
  const head = await git('rev-parse', 'HEAD')
  // All of ringpost is read for it, since files are generated from it.
  const { obstacles } = await import('./release/obstacles.ts')
  const pending = await obstacles(root, { current, version })
  if (options.tested !== undefined && (await commitOf(options.tested)) !== head) {
    pending.push(`--tested says ${options.tested}, and the present commit is ${head.slice(0, 12)}.`)
  }
  if (pending.length > 0) return refuse(version, pending)
  const changelog = readFileSync(changelogPath, 'utf8')
  if (options.dryRun) {
    const tests = options.tested === undefined ? '.ci/run, and if it is green ' : ''
    console.log(
      `Nothing stands in the way of ${version}. Without --dry-run: ${tests}the version in\n  ${VERSIONED_FILES.join('\n  ')}\na commit, and the tag v${version} with\n\n${unreleased(changelog)}`,
    )
    return 0
  }
  if (options.tested === undefined) {
    const untested = await test(head)
    if (untested.length > 0) return refuse(version, untested)
  }
  try {
    await release({ head, current, version, changelog })
  } catch (error) {
    return refuse(version, [
      `Everything is as it was. ${error instanceof Error ? error.message.trim() : error}`,
    ])
  }
  console.log(`\nReleased ${version} here: a commit and the tag v${version}. Nothing has been pushed.

  look at it     git show v${version}
  publish it     git push --atomic ${(await attempt('git', ['config', 'branch.main.remote'], root)) ?? 'origin'} main v${version}
                 .github/workflows/release.yml does the rest
  take it back   git tag --delete v${version} && git reset --keep ${head.slice(0, 12)}`)
  return 0
}

function readOptions(): { wanted: string; dryRun: boolean; tested: string | undefined } | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'dry-run': { type: 'boolean', default: false }, tested: { type: 'string' } },
    })
    const [wanted, ...more] = positionals
    if (wanted === undefined || more.length > 0) return null
    return { wanted, dryRun: values['dry-run'], tested: values.tested }
  } catch {
    return null
  }
}

const commitOf = (name: string) =>
  attempt('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], root)

function refuse(version: string, reasons: readonly string[]): number {
  console.error(`${version} is not released:\n${reasons.map((one) => `- ${one}`).join('\n')}`)
  return 1
}

/** Runs .ci/run. It takes long enough for somebody to commit or change something meanwhile, which it did not see. */
async function test(head: string): Promise<string[]> {
  if (!(await succeeds('bash', ['.ci/run'], root))) return ['The tests fail: .ci/run says which.']
  const moved = (await git('rev-parse', 'HEAD')) !== head
  return [...(moved ? ['Something was committed while the tests ran.'] : []), ...(await uncommitted(root))]
}

async function release({
  head,
  current,
  version,
  changelog,
}: {
  head: string
  current: string
  version: string
  changelog: string
}): Promise<void> {
  const files = [...VERSIONED_FILES, 'CHANGELOG.md']
  const day = new Date().toISOString().slice(0, 10)
  const notes = unreleased(changelog)
  try {
    await setVersion(root, { from: current, to: version })
    writeFileSync(changelogPath, withRelease(changelog, { version, day }))
    await git('commit', '--quiet', '--message', `Release ${version}`, '--', ...files)
    // Whitespace alone is cleaned: headings begin with what git takes for a comment.
    await git(
      'tag',
      '--annotate',
      '--cleanup=whitespace',
      `--message=ringpost ${version}\n\n${notes}`,
      `v${version}`,
    )
  } catch (error) {
    // A hook or a key to sign with: what was there before is there again.
    await git('reset', '--quiet', '--soft', head)
    await git('restore', '--staged', '--worktree', '--', ...files)
    throw error
  }
}

process.exitCode = await main()

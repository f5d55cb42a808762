import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { LAYOUT } from '../../src/redis/layout.ts'
import { type Clone, createClones } from './clone.ts'

const NEXT = '907.0.0'
const today = () => new Date().toISOString().slice(0, 10)

let clones: ReturnType<typeof createClones>
let clone: Clone
beforeAll(() => {
  clones = createClones()
})
afterAll(() => clones.remove())
beforeEach(() => {
  clone = clones.make()
  clone.write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n')
  clone.commit()
})
afterEach(() => clone.remove())

/** What it says against a release, as it lists it; and nothing has been done. */
async function refusals(...args: string[]): Promise<string[]> {
  const before = [clone.git('rev-parse', 'HEAD'), clone.git('status', '--porcelain'), clone.git('tag')]
  const { code, output } = await clone.npm('release', ...args)
  expect(code, output).toBe(1)
  expect(output).toContain('is not released')
  expect([clone.git('rev-parse', 'HEAD'), clone.git('status', '--porcelain'), clone.git('tag')]).toEqual(
    before,
  )
  return output.split('\n').flatMap((line) => (line.startsWith('- ') ? line.slice(2) : []))
}
const tested = () =>
  existsSync(join(clone.folder, '.cache/tested')) ? clone.read('.cache/tested').trim() : ''

describe('it refuses, and runs no tests,', () => {
  afterEach(() => expect(tested()).toBe(''))

  test('what is not committed', async () => {
    clone.write('README.md', (text) => `${text}\nMore.\n`)
    clone.write('new.md', 'New.\n')
    expect(await refusals(NEXT)).toEqual(['The working tree is not clean: README.md, new.md.'])
  })

  test('another branch, and none', async () => {
    clone.git('switch', '--quiet', '--create', 'elsewhere')
    expect(await refusals(NEXT)).toEqual(['Releases are made on main, and this is elsewhere.'])
    clone.git('switch', '--quiet', '--detach', 'main')
    expect(await refusals(NEXT)).toEqual(['Releases are made on main, and this is no branch.'])
  })

  test('a main that its upstream has not, that has not what its upstream has, and an upstream that is gone', async () => {
    const upstream = join(clone.folder, '.cache/upstream.git')
    execFileSync('git', ['init', '--quiet', '--bare', upstream])
    clone.git('remote', 'add', 'origin', upstream)
    clone.git('push', '--quiet', '--set-upstream', 'origin', 'main')
    clone.commit()
    clone.commit()
    expect(await refusals(NEXT)).toEqual([
      'main is ahead of origin/main: 2 commits to push, for its CI to see.',
    ])
    // As somebody else would have: what has been pushed is not known here.
    clone.git('push', '--quiet', 'origin', 'main')
    clone.git('reset', '--quiet', '--hard', 'HEAD~1')
    clone.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(await refusals(NEXT)).toEqual(['main is behind origin/main: one commit to pull.'])
    rmSync(upstream, { recursive: true })
    expect(await refusals(NEXT)).toEqual([
      'origin could not be asked for what is new: `git fetch --tags origin` says why.',
    ])
  })

  test('a changelog without an entry', async () => {
    clone.write(
      'CHANGELOG.md',
      '# Changelog\n\n## Unreleased\n\n### Added\n\n## 0.0.1 - 2026-01-01\n\n- A thing.\n',
    )
    clone.commit()
    expect(await refusals(NEXT)).toEqual(['CHANGELOG.md has nothing under Unreleased.'])
  })

  test('a version that is lower, the same, lower than what has a tag, or has one', async () => {
    expect(await refusals('0.0.1')).toEqual([`0.0.1 is not higher than ${manifest.version}.`])
    clone.git('tag', 'v0.0.2')
    expect(await refusals(manifest.version)).toEqual([
      `${manifest.version} is not higher than ${manifest.version}.`,
    ])
    clone.git('tag', 'v908.0.0')
    expect(await refusals(NEXT)).toEqual([`${NEXT} is not higher than 908.0.0.`])
    expect(await refusals('908.0.0')).toEqual(['There is a tag v908.0.0 already.'])
  })

  test('generated files that are not what their source makes of them', async () => {
    clone.write('.env.example', (text) => `${text}#MORE=\n`)
    clone.write('deploy/helm/values.yaml', (text) => `${text}# More.\n`)
    clone.commit()
    expect(await refusals(NEXT)).toEqual([
      'Out of date: .env.example. `npm run generate` writes them.',
      'Out of date: deploy/kubernetes.yaml. `node scripts/render-chart.ts` writes it.',
      'Out of date: deploy/queue-age.yaml. `node scripts/render-chart.ts` writes it.',
    ])
  })

  test('a layout of which no data are kept', async () => {
    clone.write('src/redis/layout.ts', (text) =>
      text.replace(/(?<=export const LAYOUT = )\d+/, String(LAYOUT + 1)),
    )
    clone.commit()
    expect(await refusals(NEXT)).toEqual([
      expect.stringMatching(`^Data of layout ${LAYOUT + 1} are not kept: .*layouts/${LAYOUT + 1}.json\\.$`),
    ])
  })

  test('a place that does not say the version any more', async () => {
    clone.write('docs/running.md', (text) =>
      text.replaceAll(`ringpost:${manifest.version}`, 'ringpost:latest'),
    )
    clone.commit()
    expect(await refusals(NEXT)).toEqual([
      `The version is not where it is looked for: docs/running.md: ringpost:${manifest.version}`,
    ])
  })

  test('tests that somebody has seen on another commit', async () => {
    const before = clone.git('rev-parse', 'HEAD')
    const head = clone.commit()
    expect(await refusals(NEXT, '--tested', before)).toEqual([
      `--tested says ${before}, and the present commit is ${head.slice(0, 12)}.`,
    ])
    expect(await refusals(NEXT, '--tested', 'gone')).toHaveLength(1)
  })

  test('everything at once', async () => {
    clone.write('CHANGELOG.md', '# Changelog\n')
    clone.git('tag', `v${NEXT}`)
    expect(await refusals(NEXT)).toHaveLength(3)
  })

  test('what is no version', async () => {
    const wrong = [
      [],
      ['tiny'],
      ['1.2'],
      ['v1.2.3'],
      ['1.2.3-rc.1'],
      ['patch', 'minor'],
      ['patch', '--force'],
    ]
    for (const args of wrong) {
      const { code, output } = await clone.npm('release', ...args)
      expect(output, args.join(' ')).toContain('usage: npm run release')
      expect(code).toBe(2)
    }
  })
})

describe('it runs the tests, and refuses', () => {
  test('those that fail', async () => {
    clone.write('.ci/run', 'exit 3\n')
    clone.commit()
    expect(await refusals(NEXT)).toEqual(['The tests fail: .ci/run says which.'])
  })

  test('those that wrote something or beside which something was committed', async () => {
    clone.write('.ci/run', 'echo kept > test/fixtures/new.json\n')
    clone.commit()
    const first = await clone.npm('release', NEXT)
    expect(first.output).toContain('- The working tree is not clean: test/fixtures/new.json.')
    clone.write('.ci/run', 'git commit --quiet --allow-empty --message More\n')
    clone.commit()
    const second = await clone.npm('release', NEXT)
    expect(second.output).toContain('- Something was committed while the tests ran.')
    expect([first.code, second.code]).toEqual([1, 1])
    expect(clone.git('tag')).toBe('')
  })
})

test('--dry-run says what would be done, and does nothing', async () => {
  const head = clone.git('rev-parse', 'HEAD')
  const { code, output } = await clone.npm('release', 'major', '--dry-run')
  expect(code, output).toBe(0)
  expect(output).toMatch(
    /Nothing stands in the way of 1\.0\.0\..*\.ci\/run[\s\S]*tag v1\.0\.0[\s\S]*- A thing\./,
  )
  expect([
    tested(),
    clone.git('rev-parse', 'HEAD'),
    clone.git('status', '--porcelain'),
    clone.git('tag'),
  ]).toEqual(['', head, '', ''])
})

test('a release is one commit and a tag on what was tested, and the version is everywhere', async () => {
  const head = clone.git('rev-parse', 'HEAD')
  const { code, output } = await clone.npm('release', NEXT)
  expect(code, output).toBe(0)
  expect(tested()).toBe(head)
  expect(output).toContain(`git push --atomic origin main v${NEXT}`)

  expect(clone.git('log', '--format=%s', `${head}..main`)).toBe(`Release ${NEXT}`)
  expect(clone.git('status', '--porcelain')).toBe('')
  expect(clone.git('cat-file', '-t', `v${NEXT}`)).toBe('tag')
  expect(clone.git('rev-parse', `v${NEXT}^{commit}`)).toBe(clone.git('rev-parse', 'main'))
  expect(clone.git('tag', '--list', '--format=%(contents)')).toBe(
    `ringpost ${NEXT}\n\n### Added\n\n- A thing.`,
  )

  expect(clone.read('CHANGELOG.md')).toBe(
    `# Changelog\n\n## Unreleased\n\n## ${NEXT} - ${today()}\n\n### Added\n\n- A thing.\n`,
  )
  expect(JSON.parse(clone.read('package.json'))).toEqual({ ...manifest, version: NEXT })
  const lock = JSON.parse(clone.read('package-lock.json'))
  expect([lock.version, lock.packages[''].version]).toEqual([NEXT, NEXT])
  expect(clone.git('diff', '--stat', head, '--', 'package-lock.json')).toMatch(/2 insertions.*2 deletions/)
  const old = `(?<![\\d.])${manifest.version.replaceAll('.', '\\.')}(?![\\d.])`
  const where = ['README.md', 'docs', 'deploy', 'src', 'Dockerfile', 'docker-compose.yml', '.github']
  expect(() => clone.git('grep', '--perl-regexp', old, '--', ...where)).toThrow()

  // The tag is one that CI takes, and what has been released stands in the way of nothing but itself.
  const notes = (tag: string) =>
    execFileSync(process.execPath, ['scripts/release-notes.ts', tag], {
      cwd: clone.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  expect(notes(`v${NEXT}`)).toBe('### Added\n\n- A thing.\n')
  expect(() => notes(`v${manifest.version}`)).toThrow()
  expect(await refusals('patch')).toEqual(['CHANGELOG.md has nothing under Unreleased.'])
  clone.write('CHANGELOG.md', (text) => text.replace('## Unreleased\n', '## Unreleased\n\n- Another.\n'))
  const next = clone.commit()
  const second = await clone.npm('release', 'patch', '--tested', next.slice(0, 12))
  expect(second.code, second.output).toBe(0)
  expect(tested()).toBe(head)
  expect(clone.git('describe')).toBe('v907.0.1')

  // It is taken back by what it says.
  const [back = ''] = /(?<=take it back {3}).*/.exec(second.output) ?? []
  execFileSync('bash', ['-c', back], { cwd: clone.folder, stdio: 'ignore' })
  expect([clone.git('rev-parse', 'HEAD'), clone.git('tag')]).toEqual([next, `v${NEXT}`])
})

test('the first release may be the version that package.json says already', async () => {
  const { code, output } = await clone.npm('release', manifest.version)
  expect(code, output).toBe(0)
  expect(clone.git('describe')).toBe(`v${manifest.version}`)
  expect(clone.git('diff', '--name-only', 'HEAD~1')).toBe('CHANGELOG.md')
})

test.each([
  ['the commit', () => clone.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n')],
  ['the tag', () => clone.git('config', 'tag.gpgSign', 'true')],
])('where %s is refused, everything is as it was', async (_, refuse) => {
  const head = clone.git('rev-parse', 'HEAD')
  clone.git('config', 'gpg.program', 'false')
  refuse()
  if (existsSync(join(clone.folder, '.git/hooks/pre-commit'))) {
    execFileSync('chmod', ['+x', join(clone.folder, '.git/hooks/pre-commit')])
  }
  const { code, output } = await clone.npm('release', NEXT)
  expect(code).toBe(1)
  expect(output).toContain(`${NEXT} is not released:\n- Everything is as it was. Command failed: git `)
  expect([clone.git('rev-parse', 'HEAD'), clone.git('status', '--porcelain'), clone.git('tag')]).toEqual([
    head,
    '',
    '',
  ])
})

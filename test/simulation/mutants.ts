import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A change to the source that breaks a promise, and the scenario in which that must be noticed. */
export interface Mutant {
  name: string
  scenario: string
  patches: readonly { file: string; find: string; replace: string }[]
}

const ROOT = new URL('../../', import.meta.url).pathname
/** Runs and steps until a mutant must have been noticed. */
const RUNS = 60
const STEPS = 300

const STOP = '  return page.newestFirst && page.changes === 0 && page.lastContactOfLastRow < page.floor'
const FLOOR = 'floor: watermark === undefined ? null : watermark - overlap,'
const NO_OVERLAP = { file: 'detect/head-scan.ts', find: FLOOR, replace: 'floor: watermark ?? null,' }
const NO_TOKEN = {
  file: 'detect/commit-page.lua',
  find: "if redis.call('GET', KEYS[1]) ~= ARGV[1] then\n  return 'FENCED'\nend\n",
  replace: '',
}
const COMMIT = 'async commitPage(\n      sourceId: string,\n      token: number,\n      page:'
const inTwoSteps = (first: string, second: string) => ({
  file: 'detect/store.ts',
  find: COMMIT,
  replace: `async commitPage(sourceId, token, page) {
      const done = await this.commitWhole(sourceId, token, ${first})
      return done === 'OK' ? this.commitWhole(sourceId, token, ${second}) : done
    },
    async commitWhole(
      sourceId: string,
      token: number,
      page:`,
})
const SNAPSHOTS = '{ ...page, events: [] }'
const EVENTS = '{ users: [], events: page.events, state: {} }'

/** The losing rows of the comparison of rules, one by one. */
export const TABLE: readonly Mutant[] = [
  {
    name: 'stop at the first unchanged row',
    scenario: 'busy',
    patches: [
      {
        file: 'detect/scan.ts',
        find: 'const stop = mayStop({',
        replace: 'const stop = plan.floor !== null && changes < page.rows.length && void 0 !== ({',
      },
    ],
  },
  {
    name: 'save the watermark when a scan starts',
    scenario: 'regulars',
    patches: [
      {
        file: 'detect/scan.ts',
        find: 'result.top = watermarkCandidate(page.rows, page.serverTime)',
        replace:
          'result.top = watermarkCandidate(page.rows, page.serverTime)\n        if (plan.floor !== null) await deps.store.finishScan(plan.source.id, plan.token, plan.watermark, result.top, {})',
      },
      {
        file: 'detect/head-scan.ts',
        find: 'store.finishScan(source.id, token, watermark, scanned.top, {',
        replace:
          'store.finishScan(source.id, token, (await store.readState(source.id)).watermark, scanned.top, {',
      },
    ],
  },
  {
    name: 'stop at last contact <= W',
    scenario: 'ties',
    patches: [
      NO_OVERLAP,
      { file: 'detect/stop.ts', find: STOP, replace: '  return page.lastContactOfLastRow <= page.floor' },
    ],
  },
  {
    name: 'stop when a page ends below W',
    scenario: 'late',
    patches: [
      NO_OVERLAP,
      { file: 'detect/stop.ts', find: STOP, replace: '  return page.lastContactOfLastRow < page.floor' },
    ],
  },
  {
    name: 'no periodic full scans',
    scenario: 'very-late',
    patches: [
      {
        file: 'detect/long-scan-due.ts',
        find: "return state.scan_kind === 'full' || isDue(state.last_full_scan, poll.everyMs, poll.now) ? 'full' : null",
        replace: 'return null',
      },
    ],
  },
  {
    name: 'no fence, snapshot first, then emit',
    scenario: 'busy',
    patches: [NO_TOKEN, inTwoSteps(SNAPSHOTS, EVENTS)],
  },
  {
    name: 'no fence, emit first, then snapshot',
    scenario: 'busy',
    patches: [
      NO_TOKEN,
      inTwoSteps(EVENTS, SNAPSHOTS),
      {
        file: 'detect/commit-page.lua',
        find: "if redis.call('HEXISTS', KEYS[4], id) == 0 then",
        replace: 'if true then',
      },
    ],
  },
]

/** Further rules without which something would be lost or made up. */
export const FURTHER: readonly Mutant[] = [
  { name: 'no overlap', scenario: 'late', patches: [NO_OVERLAP] },
  {
    name: 'the watermark follows rows of the future',
    scenario: 'future',
    patches: [
      { file: 'detect/stop.ts', find: 'return Math.min(newest, serverTime)', replace: 'return newest' },
    ],
  },
  {
    name: 'a fall does not raise the epoch',
    scenario: 'deletions',
    patches: [{ file: 'detect/diff.ts', find: 'epoch: epoch + 1, fall: null', replace: 'epoch, fall: null' }],
  },
  {
    name: 'an event id that is not derived from what happened',
    scenario: 'restored',
    patches: [
      {
        file: 'ids.ts',
        find: '[sourceId, userId, epoch, type, count])',
        replace: '[sourceId, userId, epoch, type, count, Math.random()])',
      },
    ],
  },
  {
    name: 'a refused cursor is kept',
    scenario: 'very-late',
    patches: [
      {
        file: 'detect/note-poll.ts',
        find: "delete: error.kind === 'cursor' || error.kind === 'bad_page' ? ['scan_cursor'] : [],",
        replace: 'delete: [],',
      },
    ],
  },
  {
    name: 'a baseline announces everybody',
    scenario: 'busy',
    patches: [
      {
        file: 'detect/long-scan.ts',
        find: '{ everyone: false, firstContactAfter: state.announce_since ?? startedAt }',
        replace: '{ everyone: true }',
      },
    ],
  },
  {
    name: 'neither a fence nor a comparison with what was read',
    scenario: 'regulars',
    patches: [
      NO_TOKEN,
      {
        file: 'detect/commit-page.lua',
        find: "    return 'CONFLICT'\n",
        replace: '',
      },
    ],
  },
  {
    name: 'a newcomer who is repeated on a later page counts twice',
    scenario: 'stale',
    patches: [
      {
        file: 'detect/flood-gate.ts',
        find: 'held.set(row.user_id, wanted)',
        replace: "held.set(row.user_id + '\\0' + held.size, wanted)",
      },
    ],
  },
]

/**
 * Runs the simulation against a copy of the source with a mutant's patches in it.
 *
 * @returns whether a broken promise was noticed, and what was printed
 * @throws Error where a patch does not fit the source any more, for it would test nothing
 */
export async function isCaught(
  socket: string,
  mutant: Mutant,
  size: { runs: number; steps: number } = { runs: RUNS, steps: STEPS },
): Promise<{ caught: boolean; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-mutant-'))
  try {
    await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
    await cp(join(ROOT, 'test/simulation'), join(folder, 'test/simulation'), { recursive: true })
    await cp(join(ROOT, 'package.json'), join(folder, 'package.json'))
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const { file, find, replace } of mutant.patches) {
      const path = join(folder, 'src', file)
      const source = await readFile(path, 'utf8')
      const places = source.split(find).length - 1
      if (places !== 1) {
        throw new Error(
          `The mutant "${mutant.name}" fits ${places} places of src/${file} and not one: mend it.`,
        )
      }
      await writeFile(
        path,
        source.replace(find, () => replace),
      )
    }
    const args = ['--socket', socket, '--scenario', mutant.scenario, '--until-broken']
    const child = spawn(
      process.execPath,
      [
        join(folder, 'test/simulation/main.ts'),
        ...args,
        '--seeds',
        String(size.runs),
        '--steps',
        String(size.steps),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ])
    return { caught: code === 1 && out.includes('broken: '), output: out + err }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether every mutant is caught; says of each which rule noticed it. */
export async function catchMutants(socket: string, print: (line: string) => void): Promise<boolean> {
  let all = true
  for (const mutant of [...TABLE, ...FURTHER]) {
    const { caught, output } = await isCaught(socket, mutant)
    const rule = /broken: (.*)/.exec(output)?.[1] ?? output.trim().split('\n').at(-1)
    print(`${caught ? 'caught' : 'MISSED'}  ${mutant.name} (${mutant.scenario}): ${rule}`)
    all &&= caught
  }
  return all
}

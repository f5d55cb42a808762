import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { examineDataFolder } from '../../src/checks/data-folder.ts'
import { closeToOthers, openToOthers } from '../../src/secrets/close-to-others.ts'

let root: string
let dataDir: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ringpost-open-'))
  dataDir = join(root, 'data')
  return () => rmSync(root, { recursive: true })
})

/** Makes it with this mode, whatever the umask. */
function folder(path: string, mode: number) {
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
}
function file(path: string, mode: number) {
  writeFileSync(path, 'x')
  chmodSync(path, mode)
}
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8)
const isRoot = process.geteuid?.() === 0

/** As a version before this one left it, below a folder that was made by hand. */
function openFolder() {
  folder(dataDir, 0o755)
  folder(join(dataDir, 'redis'), 0o755)
  folder(join(dataDir, 'redis.before'), 0o755)
  folder(join(dataDir, 'redis', 'appendonlydir'), 0o755)
  folder(join(dataDir, 'demo', 'watermarks'), 0o777)
  file(join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.1.incr.aof'), 0o644)
  file(join(dataDir, 'demo', 'watermarks', 'src_demo.json'), 0o666)
  file(join(dataDir, 'master-key'), 0o600)
}

test('a folder that was there is closed with all that ringpost has in it, and both are told', async () => {
  openFolder()
  const before = await examineDataFolder(dataDir)
  expect(before[0]).toMatchObject({
    status: 'warning',
    message: expect.stringContaining(`may be able to read ${dataDir} (mode 0755), and `),
    fix: expect.stringContaining(`chmod -R go-rwx ${dataDir}`),
  })
  const { closed, left } = await closeToOthers(dataDir)
  expect([closed[0]?.path, left]).toEqual([dataDir, []])
  for (const name of ['.', ...readdirSync(dataDir, { recursive: true })]) {
    const path = join(dataDir, String(name))
    expect([path, modeOf(path)]).toEqual([path, statSync(path).isDirectory() ? '700' : '600'])
  }
  expect(await closeToOthers(dataDir)).toEqual({ closed: [], left: [] })
  expect(await examineDataFolder(dataDir)).toMatchObject([{ status: 'ok' }])
})

test('what lies open in a closed folder is closed without a word, for nobody could get there', async () => {
  openFolder()
  chmodSync(dataDir, 0o700)
  expect(await openToOthers(dataDir)).toEqual([])
  expect(await closeToOthers(dataDir)).toEqual({ closed: [], left: [] })
  expect(modeOf(join(dataDir, 'redis'))).toBe('700')
})

test.each([
  ['with other things in it', 0o755],
  ['like /tmp', 0o1777],
])(
  'a folder %s is left as it is, and said to be open; what is ringpost’s in it is closed',
  async (_, mode) => {
    openFolder()
    if (mode === 0o755) file(join(dataDir, 'ringpost.yaml'), 0o644)
    chmodSync(dataDir, mode)
    const { left } = await closeToOthers(dataDir)
    expect(left).toMatchObject([{ path: dataDir, left: 'shared' }])
    expect(modeOf(dataDir)).toBe(mode.toString(8))
    expect(modeOf(join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.1.incr.aof'))).toBe('600')
    if (mode === 0o755) expect(modeOf(join(dataDir, 'ringpost.yaml'))).toBe('644')
    expect((await examineDataFolder(dataDir))[0]).toMatchObject({
      status: 'warning',
      fix: expect.stringContaining('set RINGPOST_DATA_DIR to a folder of its own'),
    })
  },
)

test('a link in the folder is not followed', async () => {
  openFolder()
  folder(join(root, 'elsewhere'), 0o755)
  symlinkSync(join(root, 'elsewhere'), join(dataDir, 'watermarks'))
  await closeToOthers(dataDir)
  expect(modeOf(join(root, 'elsewhere'))).toBe('755')
})

test('nothing is changed deep in a folder that others may write to', async () => {
  openFolder()
  file(join(dataDir, 'other'), 0o600)
  chmodSync(dataDir, 0o777)
  await closeToOthers(dataDir)
  expect(modeOf(join(dataDir, 'redis'))).toBe('700')
  expect(modeOf(join(dataDir, 'redis', 'appendonlydir'))).toBe('755')
})

test('a group that a folder hands on keeps its rights, and others lose theirs', async () => {
  openFolder()
  chmodSync(dataDir, 0o2775)
  await closeToOthers(dataDir)
  expect(modeOf(dataDir)).toBe('2770')
})

test.runIf(isRoot)('another group than the user’s own keeps its rights, and others lose theirs', async () => {
  openFolder()
  chownSync(dataDir, 0, 4242)
  await closeToOthers(dataDir)
  expect(modeOf(dataDir)).toBe('750')
})

test.runIf(isRoot)('what is another user’s is left, and who has to close it is said', async () => {
  openFolder()
  chownSync(dataDir, 4242, 4242)
  const { left } = await closeToOthers(dataDir)
  expect(left[0]).toMatchObject({ path: dataDir, left: 'foreign' })
  expect(modeOf(dataDir)).toBe('755')
  expect((await examineDataFolder(dataDir))[0]?.fix).toContain('belongs to another user')
})

test('a folder that is not there is no reason to speak', async () => {
  expect(await closeToOthers(dataDir)).toEqual({ closed: [], left: [] })
})

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from './support/until.ts'

const ROOT = new URL('..', import.meta.url).pathname

/** A clone with the real scripts and a stand-in for everything that they call. */
let clone: string
/** The whole PATH of the processes under test. */
let bin: string
let children: ChildProcess[]

beforeEach(async () => {
  children = []
  const folder = await mkdtemp(join(tmpdir(), 'bootstrap-'))
  clone = join(folder, 'clone')
  bin = join(folder, 'bin')
  await mkdir(bin)
  await mkdir(join(clone, 'src'), { recursive: true })
  await mkdir(join(clone, 'tools'))
  await cp(join(ROOT, 'scripts/bootstrap'), join(clone, 'scripts/bootstrap'), { recursive: true })
  await cp(join(ROOT, 'scripts/bootstrap.mjs'), join(clone, 'scripts/bootstrap.mjs'))
  await writeFile(join(clone, 'package.json'), '{"type":"module"}')
  await lock({ dep: '1.0.0' })
  await app(`console.log('app', ...process.argv.slice(2))`)
  await symlink(process.execPath, join(bin, 'node'))
  for (const name of ['sh', 'env', 'flock', 'cat', 'cp', 'mkdir', 'rm', 'dirname']) {
    await symlink(
      execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      join(bin, name),
    )
  }
  // Puts in place what package-lock.json says, as npm records it, and the tools.
  await program(
    'npm',
    `echo "$@" >> npm.log; [ -f npm-says ] && { cat npm-says >&2; rm npm-says; exit 1; }
     rm -rf node_modules; mkdir node_modules; cp package-lock.json node_modules/.package-lock.json
     cp -r tools node_modules/.bin`,
  )
  await program('redis-server', 'echo "Redis server v=7.0.15 sha=0"')
})

afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await rm(join(clone, '..'), { recursive: true, force: true })
})

async function program(name: string, body: string, folder = bin): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

async function app(source: string): Promise<void> {
  await writeFile(join(clone, 'src/main.ts'), source)
}

/** Writes a package-lock.json with these packages. */
async function lock(versions: Record<string, string>, extra: Record<string, object> = {}): Promise<void> {
  const packages = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])
  await writeFile(
    join(clone, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, ...Object.fromEntries(packages), ...extra } }),
  )
}

interface Running {
  child: ChildProcess
  output: () => string
  /** The exit code and the whole output, once all who hold it have ended. */
  end: Promise<{ code: number | null; output: string; lastLine: string }>
}

function launch(
  command: string[],
  options: { env?: Record<string, string>; detached?: true; node?: string[] } = {},
): Running {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: clone,
    env: { PATH: bin, HOME: clone, TMPDIR: tmpdir(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const end = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    output,
    lastLine: output.trimEnd().split('\n').at(-1) ?? '',
  }))
  return { child, output: () => output, end }
}

const bootstrap = (...args: string[]) => [process.execPath, 'scripts/bootstrap.mjs', ...args]

function run(verb: string, args: string[] = [], env: Record<string, string> = {}) {
  return launch(bootstrap(verb, ...args), { env }).end
}

async function installs(): Promise<string[]> {
  const log = await readFile(join(clone, 'npm.log'), 'utf8').catch(() => '')
  return log.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')[0] ?? '']))
}

/** The flag makes Node believe that it is an old one. */
function nodeVersion(version: string): Record<string, string> {
  const script = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}

describe('packages', () => {
  test('are installed once, and said to be before', async () => {
    const first = await run('start', ['--flag', 'value'])
    expect(first.output).toBe('ringpost: installing packages into node_modules (npm ci)\napp --flag value\n')
    expect(first.code).toBe(0)
    const second = await run('start')
    expect(second.output).toBe('app\n')
    expect(await installs()).toEqual(['ci'])
  })

  test('are installed again after package-lock.json has changed', async () => {
    await run('start')
    await lock({ dep: '1.0.1' })
    await run('start')
    await lock({ dep: '1.0.1', other: '1.0.0' })
    await run('start')
    expect(await installs()).toEqual(['ci', 'ci', 'ci'])
  })

  test('that npm left out on purpose are not asked for at every start', async () => {
    // It leaves out nothing here, so that only the stamp can know.
    await program(
      'npm',
      'echo "$@" >> npm.log; mkdir -p node_modules; echo \'{"packages":{}}\' > node_modules/.package-lock.json',
    )
    await run('start')
    await run('start')
    expect(await installs()).toEqual(['ci'])
    await writeFile(join(clone, 'node_modules/.package-lock.json'), '{"packages":{"":{}}}')
    await run('start')
    expect(await installs()).toEqual(['ci', 'ci'])
  })

  test('that somebody installed by hand are taken as they are', async () => {
    await mkdir(join(clone, 'node_modules'))
    await cp(join(clone, 'package-lock.json'), join(clone, 'node_modules/.package-lock.json'))
    await run('start')
    expect(await installs()).toEqual([])
  })

  test('for development are needed by test alone', async () => {
    await lock({ dep: '1.0.0' }, { 'node_modules/tool': { version: '1.0.0', dev: true } })
    await mkdir(join(clone, 'node_modules'))
    const found = { packages: { 'node_modules/dep': { version: '1.0.0' } } }
    await writeFile(join(clone, 'node_modules/.package-lock.json'), JSON.stringify(found))
    await run('start')
    expect(await installs()).toEqual([])
    await run('test')
    expect(await installs()).toEqual(['ci'])
  })

  test('of another system are replaced', async () => {
    await lock(
      { dep: '1.0.0' },
      { 'node_modules/native': { version: '1.0.0', optional: true, os: ['plan9'] } },
    )
    await mkdir(join(clone, 'node_modules'))
    await cp(join(clone, 'package-lock.json'), join(clone, 'node_modules/.package-lock.json'))
    await run('start')
    expect(await installs()).toEqual(['ci'])
  })

  test('are installed with npm install when npm ci does not accept the lock file', async () => {
    await writeFile(join(clone, 'npm-says'), 'npm error code EUSAGE\n')
    const { code, output } = await run('start')
    expect(await installs()).toEqual(['ci', 'install'])
    expect(output).toContain('installing with npm install --no-save')
    expect(code).toBe(0)
  })

  test('that cannot be had end the start with what npm said', async () => {
    await writeFile(join(clone, 'npm-says'), 'npm error network\n')
    const { code, output, lastLine } = await run('start')
    expect(output).toContain('npm error network')
    expect(lastLine).toMatch(/^ringpost: The packages could not be installed; .*\.$/)
    expect(code).toBe(1)
    expect((await run('start')).code).toBe(0)
  })

  test('are installed by one of two starts at the same time', async () => {
    await Promise.all([run('start'), run('start'), run('start')])
    expect(await installs()).toEqual(['ci'])
  })

  test('of this clone, as npm left them, are recognised', () => {
    const script = `const { packagesInstalled } = await import(${JSON.stringify(join(ROOT, 'scripts/bootstrap/packages.mjs'))})
      process.stdout.write(String(packagesInstalled(${JSON.stringify(ROOT)}, { dev: true })))`
    const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(answer).toBe('true')
  })
})

describe('Node', () => {
  const packaged = `node_modules/node-linux-${process.arch}/bin`

  async function addPackagedNode(body: string): Promise<void> {
    await run('start')
    await mkdir(join(clone, packaged), { recursive: true })
    await program('node', body, join(clone, packaged))
  }

  test.runIf(process.platform === 'linux')('of the package is used when this one is too old', async () => {
    await addPackagedNode(`[ "$1" = --version ] && echo v24.1.0 || echo packaged "$@"`)
    expect((await run('start', ['x'], nodeVersion('20.19.2'))).output).toBe(
      'packaged --max-semi-space-size=8 src/main.ts x\n',
    )
    expect((await run('start', ['x'], nodeVersion('22.18.0'))).output).toBe(
      'packaged --max-semi-space-size=8 src/main.ts x\n',
    )
    expect((await run('start', ['x'], nodeVersion('22.19.0'))).output).toBe('app x\n')
    expect((await run('start', ['x'])).output).toBe('app x\n')
  })

  test('that is too old, with none in the packages that runs, is said in one sentence', async () => {
    await addPackagedNode('exit 127')
    const { code, output } = await run('start', [], nodeVersion('20.19.2'))
    expect(output).toBe(
      'ringpost: ringpost needs Node 22.19 or newer and this is 20.19.2: install it from https://nodejs.org/en/download and start again.\n',
    )
    expect(code).toBe(1)
  })

  test('and the packages and Redis are on the PATH of ringpost', async () => {
    await app(`
      import { execFileSync } from 'node:child_process'
      console.log(String(execFileSync('redis-server')), String(execFileSync('tool')), String(execFileSync('node', ['-p', '1'])))`)
    await program('tool', 'echo a tool', join(clone, 'tools'))
    const { output, code } = await run('start')
    expect(output).toMatch(/Redis server v=7\.0\.15.*a tool\n 1\n/s)
    expect(code).toBe(0)
  })
})

describe('Redis', () => {
  const withoutRedis = () => rm(join(bin, 'redis-server'))

  /** apt-get and dpkg-deb that "download" and "unpack" a program that says its version and what it finds. */
  async function addApt(options: { lists: boolean; version?: string }): Promise<void> {
    await program(
      'apt-get',
      `case "$*" in
        update*) echo lists > "${bin}/lists" ;;
        --simulate*) echo "Inst liblzf1 (3.6-3 Debian [amd64])"; echo "Inst libssl3 (3 Debian [amd64])" ;;
        download*) [ -f "${bin}/lists" ] || { echo "E: Unable to locate package redis-server" >&2; exit 100; }
          echo "$@" >> "${clone}/apt.log"; echo deb > redis.deb ;;
      esac`,
    )
    await program('dpkg-query', 'echo "libssl3 installed"')
    await program(
      'dpkg-deb',
      `mkdir -p "$3/usr/bin" "$3/usr/lib/triplet"; echo > "$3/usr/lib/triplet/liblzf.so.1"
       printf '%s\\n' '#!/bin/sh' 'echo "Redis server v=${options.version ?? '7.2.1'} libraries $LD_LIBRARY_PATH"' > "$3/usr/bin/redis-server"
       ${process.execPath} -e "fs.chmodSync(process.argv[1], 0o755)" "$3/usr/bin/redis-server"`,
    )
    if (options.lists) await writeFile(join(bin, 'lists'), '')
  }

  test('that is missing, with no way to install it, is said in one sentence', async () => {
    await withoutRedis()
    await run('start')
    const { code, output } = await run('start')
    expect(output).toBe(
      'ringpost: Redis is missing and this system has neither apt-get nor brew: install redis-server 6.2 or newer yourself, or set REDIS_URL to a server that runs already.\n',
    )
    expect(code).toBe(1)
    const tests = await run('test')
    expect(tests.output).not.toContain('REDIS_URL')
    expect(tests.lastLine).toBe('0 passed, 1 failed')
    expect(tests.code).toBe(1)
  })

  test('is not needed with REDIS_URL, in the environment or in .env', async () => {
    await withoutRedis()
    expect((await run('start', [], { REDIS_URL: 'redis://elsewhere' })).lastLine).toBe('app')
    await writeFile(join(clone, '.env'), '# REDIS_URL=redis://not-this\n')
    expect((await run('start')).code).toBe(1)
    await writeFile(join(clone, '.env'), 'A=1\nREDIS_URL = redis://elsewhere\n')
    expect((await run('start')).lastLine).toBe('app')
    expect((await run('start', [], { REDIS_URL: '' })).code).toBe(1)
    expect((await run('test', [], { REDIS_URL: 'redis://elsewhere' })).code).toBe(1)
  })

  test('that is too old is said, and does not count', async () => {
    await program('redis-server', 'echo "Redis server v=6.0.16 sha=0"')
    const { code, output } = await run('start')
    expect(output).toContain('is Redis 6.0.16, which is too old: 6.2 or newer is needed')
    expect(code).toBe(1)
  })

  test('is downloaded and unpacked with the libraries that are missing', async () => {
    await withoutRedis()
    await addApt({ lists: true })
    await app(`
      import { execFileSync } from 'node:child_process'
      console.log(String(execFileSync('redis-server')))`)
    const { output } = await run('start')
    expect(output).toContain('ringpost: downloading Redis (apt-get download redis-server and what it needs)')
    expect(output).not.toContain('reading the package lists')
    expect(output).toContain(`v=7.2.1 libraries ${join(clone, '.cache/redis/usr/lib/triplet')}`)
    const asked = (await readFile(join(clone, 'apt.log'), 'utf8')).trim()
    expect(asked).toMatch(/ redis-server redis-tools liblzf1$/)
    expect((await run('start')).output).not.toContain('downloading')
  })

  test('is downloaded after the package lists have been read, where there are none', async () => {
    await withoutRedis()
    await addApt({ lists: false })
    const { output, lastLine } = await run('start')
    expect(output).toContain('ringpost: reading the package lists (apt-get update, into .cache)')
    expect(lastLine).toBe('app')
  })

  test('that this system offers only in an old version is said in one sentence', async () => {
    await withoutRedis()
    await addApt({ lists: true, version: '5.0.7' })
    const { code, lastLine } = await run('start')
    expect(lastLine).toMatch(
      /^ringpost: Redis could not be set up here \(this system offers only Redis 5\.0\.7\): .*\.$/,
    )
    expect(code).toBe(1)
  })
})

describe('signals', () => {
  /** Drains for a moment, as ringpost does, and says what it hears. */
  const draining = `
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
      console.log('heard ' + signal)
      setTimeout(() => { console.log('drained'); process.exit(0) }, 100)
    })
    setInterval(() => {}, 1000)
    console.log('ready ' + process.pid)`

  async function ready(running: Running): Promise<number> {
    return Number(await until(() => /ready (\d+)/.exec(running.output())?.[1]))
  }

  beforeEach(async () => {
    await run('start')
    await app(draining)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s to this process alone stops ringpost',
    async (signal) => {
      const running = launch(bootstrap('start'))
      await ready(running)
      running.child.kill(signal)
      const { code, output } = await running.end
      expect(output).toContain('heard SIGTERM')
      expect(output).toContain('drained')
      expect(code).toBe(0)
    },
  )

  test('Ctrl-C, which all processes of the group get, is one SIGINT for ringpost', async () => {
    const running = launch(bootstrap('start'), { detached: true })
    const pid = await ready(running)
    process.kill(-(running.child.pid ?? 0), 'SIGINT')
    const { code, output } = await running.end
    expect(output.match(/heard SIGINT/g)).toHaveLength(1)
    expect(output).toContain('drained')
    expect(code).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('the end of the shell that npm puts between stops ringpost', async () => {
    const shell = launch(['sh', '-c', `${bootstrap('start').join(' ')}; true`], {
      env: { npm_lifecycle_event: 'start' },
    })
    await ready(shell)
    shell.child.kill('SIGKILL')
    // The output is closed when everybody who had it has ended.
    expect((await shell.end).output).toContain('drained')
  })

  test('the exit code is that of ringpost, or tells the signal that ended it', async () => {
    await app('process.exit(3)')
    expect((await run('start')).code).toBe(3)
    await app(`process.kill(process.pid, 'SIGKILL')`)
    expect((await run('start')).code).toBe(137)
  })

  test('during the set-up end it, without an error and without starting ringpost', async () => {
    await lock({ dep: '2.0.0' })
    await program('npm', 'echo npm runs >&2; echo > npm-runs; exec node -e "setInterval(() => {}, 1000)"')
    const running = launch(bootstrap('start'))
    await until(() => readFile(join(clone, 'npm-runs')).catch(() => null))
    running.child.kill('SIGINT')
    const { code, output } = await running.end
    expect(output).toBe('ringpost: installing packages into node_modules (npm ci)\n')
    expect(code).toBe(130)
  })
})

describe('test', () => {
  /** What the three tools do: their exit codes, and what the reporter counts. */
  async function tools(
    codes: { tsc?: number; biome?: number; vitest?: number },
    counts?: object,
  ): Promise<void> {
    const folder = join(clone, 'tools')
    await program('tsc', `echo run tsc "$@"; exit ${codes.tsc ?? 0}`, folder)
    await program('biome', `echo run biome "$@"; exit ${codes.biome ?? 0}`, folder)
    const report = counts ? `echo '${JSON.stringify(counts)}' > "$TEST_COUNTS_FILE"` : ':'
    await program('vitest', `echo run vitest "$@"; ${report}; exit ${codes.vitest ?? 0}`, folder)
  }

  const steps = (output: string) => [...output.matchAll(/^run (\w+)/gm)].map(([, name]) => name)

  test('runs the type check, the lint and the tests, and counts them together', async () => {
    await tools({}, { passed: 3, failed: 0 })
    const { code, output, lastLine } = await run('test')
    expect(steps(output)).toEqual(['tsc', 'biome', 'vitest'])
    expect(lastLine).toBe('5 passed, 0 failed')
    expect(code).toBe(0)
  })

  test('with arguments runs those tests alone', async () => {
    await tools({}, { passed: 3, failed: 0 })
    const { output, lastLine } = await run('test', ['test/some.test.ts', '-t', 'a name'])
    expect(steps(output)).toEqual(['vitest'])
    expect(output).toMatch(/^run vitest run .*stuck-reporter.ts test\/some\.test\.ts -t a name$/m)
    expect(lastLine).toBe('3 passed, 0 failed')
  })

  test.each([
    ['a failed type check', { tsc: 2 }, { passed: 3, failed: 0 }, '4 passed, 1 failed', 2],
    ['a failed lint', { biome: 1 }, { passed: 3, failed: 0 }, '4 passed, 1 failed', 1],
    ['failed tests', { vitest: 1 }, { passed: 1, failed: 2 }, '3 passed, 2 failed', 1],
    ['everything', { tsc: 2, biome: 1, vitest: 1 }, { passed: 0, failed: 3 }, '0 passed, 5 failed', 1],
    [
      'tests that fail without a failed test',
      { vitest: 1 },
      { passed: 3, failed: 0 },
      '5 passed, 1 failed',
      1,
    ],
    ['tests that die without counting', { vitest: 139 }, undefined, '2 passed, 1 failed', 139],
    ['failed tests with a good exit code', {}, { passed: 3, failed: 1 }, '5 passed, 1 failed', 1],
  ])('tells of %s', async (_, codes, counts, expected, exitCode) => {
    await tools(codes, counts)
    const { code, output, lastLine } = await run('test')
    expect(steps(output)).toEqual(['tsc', 'biome', 'vitest'])
    expect(lastLine).toBe(expected)
    expect(code).toBe(exitCode)
  })

  test('that is interrupted has failed', async () => {
    await tools({})
    await program(
      'vitest',
      'echo run vitest; exec node -e "setInterval(() => {}, 1000)"',
      join(clone, 'tools'),
    )
    const running = launch(bootstrap('test'))
    await until(() => running.output().includes('run vitest'))
    running.child.kill('SIGINT')
    const { code, lastLine } = await running.end
    expect(lastLine).toBe('2 passed, 1 failed')
    expect(code).toBe(130)
  })
})

test('another verb is refused with the usage', async () => {
  const { code, output } = await run('stop')
  expect(output).toContain('usage: ')
  expect(code).toBe(2)
  expect(await installs()).toEqual([])
})

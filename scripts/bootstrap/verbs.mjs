import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, signalCode, stopSignal } from './run.mjs'
import { say } from './say.mjs'

/** Runs ringpost until it ends, and answers with its exit code. */
export function start({ node, root, env, args }) {
  // dns.lookup works on libuv's pool: with its four threads, a few slow names would hold up all deliveries.
  // A young generation of half the usual size: less memory, and what a scan reads stays in the processor's cache
  // (measured by `npm run bench -- detection`, which runs with the same flags).
  const flags = JSON.parse(readFileSync(join(root, 'scripts/bootstrap/node-flags.json'), 'utf8'))
  return run(node, [...flags, 'src/main.ts', ...args], {
    cwd: root,
    env: { UV_THREADPOOL_SIZE: '16', ...env },
  })
}

/**
 * Type check, lint and all tests, or with arguments vitest alone. Each step runs although one before it
 * failed. The last line says how many passed and failed; a run that fails never says "0 failed".
 */
export async function test({ root, env, args }) {
  const counts = { passed: 0, failed: 0 }
  let exitCode = 0
  if (args.length === 0) {
    for (const [title, command, ...rest] of [
      ['type check', 'tsc', '--noEmit'],
      ...(existsSync(join(root, 'dashboard', 'tsconfig.json'))
        ? [['type check of the dashboard', 'tsc', '--noEmit', '--project', 'dashboard']]
        : []),
      ['lint', 'biome', 'check', '.'],
    ]) {
      say(`${title} (${[command, ...rest].join(' ')})`)
      const code = await run(join(root, 'node_modules', '.bin', command), rest, { cwd: root, env })
      if (code === 0) counts.passed++
      else {
        counts.failed++
        exitCode = code
        say(`the ${title} failed`)
      }
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'ringpost-counts-'))
  try {
    const file = join(folder, 'counts.json')
    const reporters = ['default', './test/support/count-reporter.ts', './test/support/stuck-reporter.ts'].map(
      (name) => `--reporter=${name}`,
    )
    const code = await run(join(root, 'node_modules', '.bin', 'vitest'), ['run', ...reporters, ...args], {
      cwd: root,
      env: { ...env, TEST_COUNTS_FILE: file },
    })
    const tests = readCounts(file)
    counts.passed += tests.passed
    // Whatever made vitest fail without a failed test (a crash, a failed teardown) is one failure.
    counts.failed += code !== 0 && tests.failed === 0 ? 1 : tests.failed
    exitCode = code || exitCode
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (stopSignal()) {
    exitCode = signalCode(stopSignal())
    counts.failed ||= 1
  }
  printCounts(counts)
  return exitCode || (counts.failed > 0 ? 1 : 0)
}

export function printCounts({ passed, failed }) {
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 0 }
  }
}

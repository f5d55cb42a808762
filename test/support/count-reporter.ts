import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/**
 * Ends the output with `N passed, N failed`. Beside tests, it counts as failed: a file that cannot be
 * collected, a suite whose hook failed, and an error that no test caught. Written when the process exits,
 * because the run may still fail after its last test (a teardown), and a run that fails must not say
 * "0 failed".
 *
 * Under `npm test` the counts go to the file TEST_COUNTS_FILE, and the set-up prints them with its own.
 */
export default class CountReporter implements Reporter {
  private passed = 0
  private failed = 0

  onInit(): void {
    process.once('exit', (code) => {
      const failed = code !== 0 && this.failed === 0 ? 1 : this.failed
      const file = process.env.TEST_COUNTS_FILE
      if (file) writeFileSync(file, JSON.stringify({ passed: this.passed, failed }))
      else process.stdout.write(`${this.passed} passed, ${failed} failed\n`)
      if (failed > 0 && code === 0) process.exitCode = 1
    })
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    this.passed = 0
    this.failed = unhandled.length
    for (const module of modules) {
      if (module.errors().length > 0) this.failed++
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) this.failed++
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') this.passed++
        // Pending at the end: the run was cut off in it.
        else if (state !== 'skipped') this.failed++
      }
    }
    if (reason !== 'passed' && this.failed === 0) this.failed = 1
  }
}

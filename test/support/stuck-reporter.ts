import { spawnSync } from 'node:child_process'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

/** After how long without the end of any test those under way are named (ms). */
const QUIET_MS = 120_000
/** After how long without the end of any test the run is ended (ms): no test, hook or set-up may take so long. */
const STUCK_MS = 480_000

/**
 * Sees to it that a run ends: where nothing has ended for minutes, it says what is under way, and at last it ends the run
 * as failed. A worker whose event loop is blocked, or that cannot be ended, would otherwise hold the run up for ever.
 */
export default class StuckReporter implements Reporter {
  private readonly underway = new Map<string, string>()
  private lastEnd = Date.now()
  private named = false
  private timer: NodeJS.Timeout | null = null

  onInit(_vitest: Vitest): void {
    this.timer = setInterval(() => this.look(), 5_000)
    this.timer.unref()
  }

  onTestModuleQueued(module: TestModule): void {
    this.underway.set(module.id, module.relativeModuleId)
  }

  onTestModuleEnd(module: TestModule): void {
    this.underway.delete(module.id)
    this.progress()
  }

  onTestCaseReady(test: TestCase): void {
    this.underway.set(test.id, `${test.module.relativeModuleId} > ${test.fullName}`)
  }

  onTestCaseResult(test: TestCase): void {
    this.underway.delete(test.id)
    this.progress()
  }

  private progress(): void {
    this.lastEnd = Date.now()
    this.named = false
  }

  private look(): void {
    const quietMs = Date.now() - this.lastEnd
    if (quietMs >= STUCK_MS) {
      this.name('The run is ended as failed, because nothing has ended')
      // A worker that is blocked does not see that nobody waits for it any more.
      spawnSync('pkill', ['-KILL', '-P', String(process.pid)])
      process.exit(1)
    }
    if (quietMs >= QUIET_MS && !this.named) {
      this.named = true
      this.name('No test has ended')
    }
  }

  private name(what: string): void {
    const list = [...this.underway.values()].map((name) => `  ${name}\n`).join('')
    const seconds = Math.round((Date.now() - this.lastEnd) / 1000)
    process.stderr.write(
      `${what} for ${seconds} s. Under way:\n${list || '  nothing: a worker or the tear-down does not end\n'}`,
    )
  }
}

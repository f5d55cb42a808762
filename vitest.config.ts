import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Much of what is tested waits: for a schedule, a process, a receiver.
    maxWorkers: availableParallelism() + 1,
    // None of it is a measure of time: a machine that is busy with something else may take what it needs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

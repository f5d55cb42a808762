import type { ChildProcess } from 'node:child_process'

/** Every process that the suite has started, so that none outlives it, however it ends. */
export interface Children {
  add<T extends ChildProcess>(child: T): T
  /** At once, and each by its own id. */
  killAll(): void
}

export function createChildren(): Children {
  const alive = new Set<ChildProcess>()
  const killAll = () => {
    for (const child of alive) child.kill('SIGKILL')
  }
  process.once('exit', killAll)
  return {
    add(child) {
      alive.add(child)
      child.once('exit', () => alive.delete(child))
      return child
    },
    killAll,
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import nodeFlags from '../scripts/bootstrap/node-flags.json' with { type: 'json' }

/** A process of the bench, and how it is ended: by its own id, and only when it has gone. */
export interface Child {
  process: ChildProcess
  end(): Promise<void>
}

/** Starts a file of the bench as a process of its own, with its settings as one JSON argument. */
export function startChild(file: URL, settings: object): Child {
  const child = fork(file, [JSON.stringify(settings)], {
    // As `npm start` runs the service. What this process was started with is not for its children: a profile,
    // above all.
    execArgv: [...nodeFlags, ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [])],
    serialization: 'json',
  })
  const gone = once(child, 'exit')
  return {
    process: child,
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await gone
    },
  }
}

/** The next message of a child; an error where it ends without one. */
export function nextMessage<T>({ process: child }: Child): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`A process of the bench ended without a result (${signal ?? `exit code ${code}`}).`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message as T)
    })
  })
}

/** Runs a child to its own end, in which it puts away what it made, and answers with what it sent. */
export async function runChild<T>(file: URL, settings: object): Promise<T> {
  const child = startChild(file, settings)
  try {
    const message = await nextMessage<T>(child)
    const gone = once(child.process, 'exit')
    child.process.disconnect()
    await gone
    return message
  } finally {
    await child.end()
  }
}

/** Asks a child something and waits for its answer: one question at a time. */
export function askChild<T>(child: Child, question: object): Promise<T> {
  const answer = nextMessage<T>(child)
  child.process.send(question)
  return answer
}

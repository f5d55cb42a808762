import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../support/until.ts'
import type { Children } from './children.ts'
import type { Vitals } from './preload.ts'
import { createLink, type Link } from './proxy.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const PRELOAD = new URL('./preload.ts', import.meta.url).href
/** Beyond the grace period that a stop has: deadline and margin of an attempt, twice, and a start under way. */
const STOP_WITHIN_MS = 30_000

/** A log line of an attempt: what its sender believes to have recorded. */
export interface AttemptLine {
  /** When the suite read it. */
  at: number
  sender: string
  status: string
  code: string | null
}

/** One place for a process of ringpost, which is filled again when its process has gone. */
export interface Member {
  name: string
  roles: string
  /** Its way to Redis. */
  redisLink: Link
  /** The incarnation that runs, e.g. `deliver-1#3`. */
  sender: () => string
  isRunning: () => boolean
  /** Where its API is, if it has that role and runs. */
  url: () => string | null
  start(extra?: Record<string, string>): Promise<void>
  kill(): Promise<void>
  /** Asks it to end. False where it had to be killed, because it did not. */
  stop(): Promise<boolean>
  freeze(): void
  thaw(): void
  setClock(offsetMs: number): void
  pid: () => number | undefined
  /** How much of everything it holds. */
  vitals(): Promise<Vitals>
  /** The last lines of its output. */
  tail: () => string
  /** Resolves when the present process has ended. */
  ended: () => Promise<void>
}

export interface Fleet {
  members: Member[]
  /** What was logged of attempts, by `endpoint event`. */
  attempts: Map<string, AttemptLine[]>
  /** Processes that ended by themselves, and their last words. */
  crashes: string[]
  close(): Promise<void>
}

/**
 * Processes of ringpost over one Redis, each with its own way to it.
 *
 * @param layout the roles of each process, by its name
 */
export async function createFleet(options: {
  layout: Readonly<Record<string, string>>
  redisPort: number
  dataDir: string
  env: Readonly<Record<string, string>>
  children: Children
  /** Where all that they print is kept. */
  logDir?: string
  /** Fill a place again by itself when its process ends unasked. */
  supervised?: boolean
}): Promise<Fleet> {
  const attempts = new Map<string, AttemptLine[]>()
  const crashes: string[] = []
  let closing = false
  if (options.logDir !== undefined) mkdirSync(options.logDir, { recursive: true })

  async function createMember([name, roles]: [string, string]): Promise<Member> {
    const redisLink = await createLink(() => options.redisPort)
    const log = options.logDir === undefined ? null : createWriteStream(join(options.logDir, `${name}.log`))
    let incarnation = 0
    let child: ChildProcess | null = null
    let url: string | null = null
    let lines: string[] = []
    let expected = false
    let frozen = false
    const sender = () => `${name}#${incarnation}`
    const isRunning = () => child !== null && child.exitCode === null && child.signalCode === null

    async function start(extra: Record<string, string> = {}): Promise<void> {
      if (closing) return
      incarnation++
      const me = sender()
      lines = []
      url = null
      expected = false
      const one = options.children.add(
        spawn(process.execPath, ['--import', PRELOAD, `${ROOT}src/main.ts`], {
          cwd: options.dataDir,
          env: {
            PATH: process.env.PATH,
            PORT: '0',
            REDIS_URL: `redis://127.0.0.1:${redisLink.port}`,
            RINGPOST_DATA_DIR: options.dataDir,
            RINGPOST_ROLES: roles,
            CHAOS_NAME: me,
            ...options.env,
            ...extra,
          },
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        }),
      )
      child = one
      const read = (line: string) => {
        lines.push(line)
        log?.write(`${me} ${line}\n`)
        if (lines.length > 60) lines.shift()
        const found = / is running at (http:\S+)/.exec(line)?.[1]
        if (found !== undefined) url = found
        if (line.endsWith('"msg":"attempt"}')) noteAttempt(me, line)
      }
      for (const stream of [one.stdout, one.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', read)
      }
      one.once('exit', (code, signal) => {
        if (expected || closing) return
        crashes.push(`${me} ended with ${signal ?? code}: ${lines.slice(-8).join(' | ')}`)
        // As a supervisor does it.
        if (options.supervised) void wait(1_000).then(() => (child === one ? start(extra) : undefined))
      })
      one.on('error', () => undefined)
      // Without Redis it waits, and says nothing: so this does not wait for a line of it.
      await new Promise((resolve) => one.once('spawn', resolve))
    }

    async function end(signal: NodeJS.Signals): Promise<void> {
      expected = true
      const ending = child
      if (ending === null || !isRunning()) return
      const exited = once(ending, 'exit')
      ending.kill(signal)
      await exited
    }

    return {
      name,
      roles,
      redisLink,
      sender,
      isRunning,
      url: () => (isRunning() ? url : null),
      start,
      kill: () => end('SIGKILL'),
      async stop() {
        const stopped = end('SIGTERM').then(() => true)
        const inTime = await Promise.race([stopped, wait(STOP_WITHIN_MS, false, { ref: false })])
        if (!inTime) await end('SIGKILL')
        return inTime
      },
      freeze() {
        frozen = true
        child?.kill('SIGSTOP')
      },
      thaw() {
        if (frozen) child?.kill('SIGCONT')
        frozen = false
      },
      setClock(clockOffsetMs) {
        if (isRunning() && child?.connected) child.send({ clockOffsetMs }, () => undefined)
      },
      pid: () => child?.pid,
      async vitals() {
        const asked = child
        if (asked === null) throw new Error(`${name} does not run.`)
        asked.send({ vitals: true })
        const [{ vitals }] = (await once(asked, 'message')) as [{ vitals: Vitals }]
        return vitals
      },
      tail: () => lines.slice(-15).join('\n'),
      async ended() {
        await until(() => !isRunning(), { within: 120_000, what: `${sender()} to end` })
      },
    }
  }

  function noteAttempt(sender: string, line: string): void {
    const { endpoint, event, status, code } = JSON.parse(line) as Record<string, string>
    const key = `${endpoint} ${event}`
    const note = { at: Date.now(), sender, status: status ?? '', code: code ?? null }
    const before = attempts.get(key)
    if (before) before.push(note)
    else attempts.set(key, [note])
  }

  const members = await Promise.all(Object.entries(options.layout).map(createMember))
  return {
    members,
    attempts,
    crashes,
    async close() {
      closing = true
      await Promise.all(
        members.map(async (member) => {
          member.thaw()
          await member.kill()
          await member.redisLink.close()
        }),
      )
    },
  }
}

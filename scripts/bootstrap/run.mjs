import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const running = new Set()
let signalled = null

/** The exit code of a process that a signal ended, as shells give it. */
export const signalCode = (signal) => 128 + (constants.signals[signal] ?? 0)

/** The first of SIGINT, SIGTERM and SIGHUP that arrived, or null. */
export const stopSignal = () => signalled

/**
 * Keeps this process alive until its child has ended, and makes sure that the child hears of every signal.
 *
 * Ctrl-C gives SIGINT to the whole foreground group: npm, this process and the child. npm then forwards its
 * own to this process. `kill -INT <pid>` reaches this process alone. Node cannot tell the two apart, so
 * SIGINT is passed on as SIGTERM: the child drains on either, a SIGTERM while it drains changes nothing, and
 * only a second SIGINT – which only a person at the terminal can cause – may make it leave at once.
 */
export function passOnSignals() {
  const stop = (signal) => {
    signalled ??= signal
    for (const child of running) child.kill('SIGTERM')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // npm puts a shell between, and `kill <npm>` ends that shell (Debian's does not pass signals on): then
  // nobody would stop us, and nothing but the new parent tells.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent && !signalled) stop('SIGTERM')
    }, 250).unref()
  }
}

/**
 * Runs a program in the foreground and waits for its end.
 *
 * @returns its exit code; 127 when it could not be started
 */
export function run(command, args, options = {}) {
  if (signalled) return Promise.resolve(signalCode(signalled))
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    running.add(child)
    child.once('error', (error) => {
      running.delete(child)
      process.stderr.write(`ringpost: ${command} could not be run: ${error.message}\n`)
      resolve(127)
    })
    child.once('exit', (code, signal) => {
      running.delete(child)
      resolve(signal ? signalCode(signal) : code)
    })
  })
}

/** Runs a program without a word and collects what it prints; code 127 when it could not be started. */
export function capture(command, args, options = {}) {
  if (signalled) return Promise.resolve({ code: signalCode(signalled), stdout: '', stderr: '' })
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    running.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.once('error', (error) => {
      running.delete(child)
      resolve({ code: 127, stdout, stderr: error.message })
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({ code: signal ? signalCode(signal) : code, stdout, stderr })
    })
  })
}

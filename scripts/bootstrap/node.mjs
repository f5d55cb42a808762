import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from './run.mjs'
import { SetupError } from './say.mjs'

/**
 * The Node to run ringpost with: this one if it is new enough, else the one that npm installed as an optional
 * package (Linux on x64 and arm64).
 */
export async function chooseNode(root) {
  // The file may be gone: npm ci replaces node_modules, and this process may run from there.
  if (isNewEnough(process.versions.node) && existsSync(process.execPath)) return process.execPath
  const packaged = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  if (process.platform === 'linux' && existsSync(packaged)) {
    // Run it: on Alpine the file is there and does not work (it is linked to glibc).
    const { code, stdout } = await capture(packaged, ['--version'])
    if (code === 0 && isNewEnough(stdout.trim().replace(/^v/, ''))) return packaged
  }
  throw new SetupError(
    `ringpost needs Node 22.19 or newer and this is ${process.versions.node}: install it from https://nodejs.org/en/download and start again.`,
  )
}

/** Runs TypeScript as it is without a flag or a warning. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 19)
}

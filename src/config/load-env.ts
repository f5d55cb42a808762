import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { RingpostError } from '../errors.ts'
import { whyUnreadable } from './why-unreadable.ts'

type Env = Record<string, string | undefined>

/**
 * The environment with what a `.env` file in `cwd` adds to it. The real environment wins, even with an empty
 * value, which takes a variable of the file away. No file is no problem.
 *
 * @throws RingpostError `config_invalid` when there is a file that cannot be read or has a line that is not
 *   `NAME=value`. Messages never show what is in the file.
 */
export function loadEnv(cwd: string, processEnv: Env): Env {
  const path = join(cwd, '.env')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { ...processEnv }
    throw new RingpostError(
      'config_invalid',
      `${path} cannot be read: ${whyUnreadable(cause)}. Mend that, or move the file away.`,
      {
        cause,
      },
    )
  }
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  return { ...parseLines(text.replace(/^\uFEFF/, ''), path), ...processEnv }
}

/** Node's parser leaves out what it does not understand, such as `NAME: value`; here that is an error. */
function parseLines(text: string, path: string): Env {
  const parsed: Env = parseEnv(text)
  const multiline = Object.values(parsed).filter((value) => value?.includes('\n'))
  const bad = text.split(/\r?\n/).findIndex((line) => {
    const written = line.trim()
    if (written === '' || written.startsWith('#')) return false
    if (/^(export\s+)?[A-Za-z_][\w.-]*\s*=/.test(written)) return false
    const value = written.replace(/["'`](\s*#.*)?$/, '')
    return !multiline.some((whole) => whole?.includes(value))
  })
  if (bad === -1) return parsed
  throw new RingpostError(
    'config_invalid',
    `Line ${bad + 1} of ${path} is not understood. Allowed: NAME=value, a comment that begins with #, or nothing. Example: PORT=8080`,
  )
}

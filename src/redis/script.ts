import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from './client.ts'

/** The one call that a script needs of a Redis client. */
export type ScriptRunner = Pick<Redis, 'callBuffer'>

export type ScriptArgument = string | number | Buffer

/** Runs one Lua file by its digest; strings in the reply are Buffers. */
export type Script = (keys: readonly string[], args: readonly ScriptArgument[]) => Promise<unknown>

/** The line by which a file names another one, relative to itself, that is to be put before it. */
const NEEDS = /^-- Needs: (\S+)$/gm

/** The text of a Lua file with what it needs before it, as Redis gets it. */
export function readScript(file: URL): string {
  const lua = readFileSync(file, 'utf8')
  const needed = [...lua.matchAll(NEEDS)].map(([, path = '']) => readScript(new URL(path, file)))
  return [...needed, lua].join('\n')
}

/**
 * Makes a Lua file callable. The file's header says what KEYS, ARGV and the reply are.
 *
 * @param file the script's place, e.g. `new URL('./commit-page.lua', import.meta.url)`
 */
export function createScript(redis: ScriptRunner, file: URL): Script {
  const lua = readScript(file)
  const sha = createHash('sha1').update(lua).digest('hex')
  return async (keys, args) => {
    try {
      return await redis.callBuffer('EVALSHA', sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A restarted or failed-over server has an empty script cache.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await redis.callBuffer('EVAL', lua, keys.length, ...keys, ...args)
    }
  }
}

/** The script's reply as text: `OK`, `FENCED` and the like. */
export function replyText(reply: unknown): string {
  return Buffer.isBuffer(reply) ? reply.toString('utf8') : String(reply)
}

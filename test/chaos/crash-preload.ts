/**
 * Makes a ringpost process die at one of its side effects: SIGKILL, before it happens or after it has happened and
 * before anybody is told. A side effect is a command to Redis that writes (a script by the name of its file, one of
 * BullMQ's by its own name) or a request to upstream or to a receiver.
 *
 * CHAOS_CRASH is `name:before:n` or `name:after:n`, for the n-th of that name; `none` only notes what there is.
 * CHAOS_EFFECTS is a file into which a process that ends of itself writes how often there was each, as JSON.
 */
import { createHash } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { globSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Command, Redis } from 'ioredis'
import { readScript } from '../../src/redis/script.ts'

const [name, when, count] = (process.env.CHAOS_CRASH ?? '').split(/:(?=before:|after:|\d+$)/)
const file = process.env.CHAOS_EFFECTS
const seen: Record<string, number> = {}
let left = Number(count ?? 0)

/** Commands that change nothing, or that say who is there. */
const READS =
  /^(auth|bzpopmin|client|config|evalsha_ro|exists|get|hello|hexists|hget|hgetall|hkeys|hlen|hmget|hscan|hvals|info|llen|lrange|memory|mget|ping|pttl|quit|scan|select|smembers|time|ttl|type|xlen|xrange|xrevrange|zcard|zcount|zrange|zrangebyscore|zrevrange|zscore)$/

const root = new URL('../../src/', import.meta.url)
const scripts = new Map(
  globSync('**/*.lua', { cwd: root }).map((path) => {
    const lua = readScript(new URL(path, root))
    return [createHash('sha1').update(lua).digest('hex'), basename(path, '.lua')]
  }),
)

/** Counts an effect, and says whether this is the one to die at. */
function isThisOne(effect: string, moment: 'before' | 'after'): boolean {
  if (moment === 'before') seen[effect] = (seen[effect] ?? 0) + 1
  return effect === name && moment === when && --left === 0
}

if (file !== undefined) process.once('exit', () => writeFileSync(file, JSON.stringify(seen)))

const die = () => process.kill(process.pid, 'SIGKILL')

/** The name of a command that writes; null for one that reads. */
function effectOf(redis: Redis, command: Command): string | null {
  const said = command.name.toLowerCase()
  if (said !== 'evalsha' && said !== 'eval') return READS.test(said) ? null : said
  const [first] = command.args
  const sha = said === 'evalsha' ? String(first) : createHash('sha1').update(String(first)).digest('hex')
  const ours = scripts.get(sha)
  if (ours !== undefined) return ours
  const sets = (redis as unknown as { scriptsSet?: Record<string, { sha: string }> }).scriptsSet ?? {}
  const found = Object.entries(sets).find(([, script]) => script.sha === sha)?.[0]
  // BullMQ adds its version to the names of its scripts.
  return `bullmq ${found?.split(':')[0] ?? sha.slice(0, 8)}`
}

const { sendCommand } = Redis.prototype
Redis.prototype.sendCommand = function (this: Redis, ...args: Parameters<typeof sendCommand>) {
  const [command] = args
  const effect = effectOf(this, command)
  if (effect === null) return sendCommand.apply(this, args)
  if (isThisOne(effect, 'before')) die()
  const sent = sendCommand.apply(this, args)
  // Its own promise, for those of a pipeline are the pipeline's.
  command.promise.then(
    () => {
      if (isThisOne(effect, 'after')) die()
    },
    () => undefined,
  )
  return sent
}

const hookPath = /^\/hook/
const requestOf = (message: unknown) => {
  const { request } = message as { request: { path: string } }
  return hookPath.test(request.path) ? 'request to a receiver' : 'request to upstream'
}
diagnostics.subscribe('undici:client:sendHeaders', (message) => {
  if (isThisOne(requestOf(message), 'before')) die()
})
diagnostics.subscribe('undici:request:headers', (message) => {
  if (isThisOne(requestOf(message), 'after')) die()
})

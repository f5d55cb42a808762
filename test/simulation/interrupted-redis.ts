import type { Redis } from '../../src/redis/client.ts'

/** What of Redis detection uses. */
export type DetectionRedis = Pick<
  Redis,
  | 'callBuffer'
  | 'hgetall'
  | 'get'
  | 'pipeline'
  | 'del'
  | 'pttl'
  | 'hset'
  | 'hmget'
  | 'hdel'
  | 'zrem'
  | 'zrevrange'
  | 'lrange'
>

/** The process is gone: nothing that it still tries is carried out. */
export class Dead extends Error {
  constructor() {
    super('This process has died.')
  }
}

/** What happens at one operation, which is a command to Redis or a request to upstream. */
export type Interruption =
  /** Dies before it is sent. */
  | 'before'
  /** Dies after it was carried out and before its reply came. */
  | 'after'
  /** Stalls before it is sent until another process has taken over, and then goes on. */
  | 'stall'

/**
 * Operations of one process, counted, with an interruption at one of them. Which operation is which is
 * decided by the order in which they begin.
 */
export function createOperations(
  plan: { at: number; how: Interruption } | null,
  takeOver: () => Promise<void>,
) {
  let count = 0
  let dead = false
  return {
    get count() {
      return count
    },
    get dead() {
      return dead
    },
    /** Does what writes nothing: no boundary of its own, for dying in it is dying before what follows. */
    async read<T>(operation: () => Promise<T>): Promise<T> {
      if (dead) throw new Dead()
      return operation()
    },
    async run<T>(operation: () => Promise<T>): Promise<T> {
      if (dead) throw new Dead()
      const how = ++count === plan?.at ? plan.how : null
      if (how === 'before') {
        dead = true
        throw new Dead()
      }
      if (how === 'stall') await takeOver()
      const reply = await operation()
      if (how === 'after') dead = true
      if (dead) throw new Dead()
      return reply
    },
  }
}

export type Operations = ReturnType<typeof createOperations>

/** A Redis of one process, each of whose commands is an operation. */
export function interruptedRedis(redis: Redis, operations: Operations): DetectionRedis {
  return {
    callBuffer: ((command: string, ...args: unknown[]) => {
      const call = () => redis.callBuffer(command, ...(args as string[]))
      // The second half of a script that was not cached yet, which depends on who ran before.
      return command === 'EVAL' ? call() : operations.run(call)
    }) as Redis['callBuffer'],
    hgetall: ((key: string) => operations.run(() => redis.hgetall(key))) as Redis['hgetall'],
    get: ((key: string) => operations.run(() => redis.get(key))) as Redis['get'],
    hmget: ((...args: [string, ...string[]]) => operations.run(() => redis.hmget(...args))) as Redis['hmget'],
    zrem: ((...args: [string, ...string[]]) => operations.run(() => redis.zrem(...args))) as Redis['zrem'],
    zrevrange: ((key: string, from: number, to: number, scores: 'WITHSCORES') =>
      operations.run(() => redis.zrevrange(key, from, to, scores))) as Redis['zrevrange'],
    lrange: ((key: string, from: number, to: number) =>
      operations.run(() => redis.lrange(key, from, to))) as Redis['lrange'],
    del: ((key: string) => operations.run(() => redis.del(key))) as Redis['del'],
    pttl: ((key: string) => operations.run(() => redis.pttl(key))) as Redis['pttl'],
    hdel: ((...args: [string, ...string[]]) => operations.run(() => redis.hdel(...args))) as Redis['hdel'],
    hset: ((...args: [string, string, number]) => operations.run(() => redis.hset(...args))) as Redis['hset'],
    pipeline: (() => {
      const pipeline = redis.pipeline()
      const exec = pipeline.exec.bind(pipeline)
      pipeline.exec = (() => operations.read(() => exec())) as typeof pipeline.exec
      return pipeline
    }) as Redis['pipeline'],
  }
}

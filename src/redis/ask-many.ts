import type { Redis } from './client.ts'

/** One command that reads, with its key first. */
export type Asked = readonly [command: string, key: string, ...args: (string | number)[]]

/**
 * Asks for many things in one exchange; of a cluster, in one exchange for each hash tag, all at a time.
 *
 * @returns the replies in the order asked for
 * @throws the first error that is among the replies
 */
export async function askMany(
  redis: Pick<Redis, 'pipeline' | 'isCluster'>,
  asked: readonly Asked[],
): Promise<unknown[]> {
  const places = new Map<string, number[]>()
  for (const [place, [, key]] of asked.entries()) {
    const group = redis.isCluster ? hashTag(key) : ''
    const others = places.get(group)
    if (others === undefined) places.set(group, [place])
    else others.push(place)
  }
  const replies: unknown[] = new Array(asked.length)
  const exchange = async (group: readonly number[]) => {
    const pipeline = redis.pipeline()
    for (const place of group) {
      const [command, ...args] = asked[place] as Asked
      pipeline.call(command, ...args)
    }
    for (const [i, [error, reply]] of ((await pipeline.exec()) ?? []).entries()) {
      if (error) throw error
      replies[group[i] as number] = reply
    }
  }
  await Promise.all([...places.values()].map(exchange))
  return replies
}

/** The part of a key that decides about its slot. */
function hashTag(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key
}

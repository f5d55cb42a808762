import type { RedisServer, RedisServers } from './redis-servers.ts'

/** Who serves a key, as one of the servers knows it. */
export async function masterOf(
  cluster: RedisServers,
  key: string,
  any = cluster.servers[0],
): Promise<RedisServer> {
  const slot = Number(await any?.redis.cluster('KEYSLOT', key))
  const ranges = (await any?.redis.cluster('SLOTS')) ?? []
  const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1]
  const found = cluster.servers.find((server) => server.port === port)
  if (found === undefined) throw new Error(`Nobody serves ${key}.`)
  return found
}

/** What a master answers from now on, its replica does not get. */
export async function cutOff({ servers }: RedisServers, master: RedisServer): Promise<void> {
  const replica = await replicaOf(servers, master)
  // It stands still, so that it does not come back for what it has missed.
  replica.child.kill('SIGSTOP')
  await master.redis.call('CLIENT', 'KILL', 'TYPE', 'replica')
}

async function replicaOf(servers: readonly RedisServer[], master: RedisServer): Promise<RedisServer> {
  for (const server of servers) {
    if (server === master) continue
    const text = await server.redis.info('replication').catch(() => '')
    if (new RegExp(`^master_port:${master.port}\\b`, 'm').test(text)) return server
  }
  throw new Error(`${master.port} has no replica.`)
}

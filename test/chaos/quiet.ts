import { setTimeout as wait } from 'node:timers/promises'
import { SOURCE, sourceState, type World } from './world.ts'

const SETTLED = ['due', 'retries', 'busy'] as const

/** What is still under way, by state: empty where all is quiet. */
export async function unrest(world: World): Promise<string[]> {
  const { redis, keys } = world
  const source = keys.source(SOURCE)
  const found: string[] = []
  const state = await sourceState(world)
  if (state.mode !== 'live') found.push(`the source is in mode ${state.mode}`)
  if (state.attention !== undefined) found.push(`the source waits for a person: ${state.attention}`)
  const [last] = await redis.client.xrevrange(source.outbox, '+', '-', 'COUNT', 1)
  if (last !== undefined && state.relayed !== last[0])
    found.push(`the relay is at ${state.relayed} of ${last[0]}`)
  for (const { id } of world.receivers) {
    for (const name of SETTLED) {
      const size = await redis.client.zcard(keys.endpoint(id)[name])
      if (size > 0) found.push(`${id} has ${size} ${name}`)
    }
  }
  return found
}

/** Users who have called more often than a receiver that gets everything has heard of. */
export function laggards(world: World): string[] {
  const [all] = world.receivers
  return [...world.load.users]
    .filter(
      ([id, truth]) =>
        truth.count > truth.base && !truth.disturbed && (all?.reached.get(id) ?? 0) < truth.count,
    )
    .map(([id]) => id)
}

/**
 * Waits until nothing is under way any more, twice in a row with a full scan between that found nothing.
 *
 * @returns what is still under way after that time; empty where all is quiet
 */
export async function untilQuiet(
  world: World,
  options: { withinMs: number; recoverAll: () => Promise<boolean> },
): Promise<string[]> {
  const end = Date.now() + options.withinMs
  let found = ['nobody has looked yet']
  let recovered = false
  let quietScans = 0
  while (Date.now() < end) {
    await wait(250)
    if (Date.now() < world.load.settledAt() + 500) continue
    try {
      found = await unrest(world)
      if (found.length > 0) continue
      const { status, body } = await world.api<{ events: Record<string, number>; detail?: string }>(
        'POST',
        `/v1/sources/${SOURCE}/poll`,
        { full: true },
      )
      if (status !== 200) {
        found = [`a full scan is refused: ${body?.detail}`]
        continue
      }
      const news = Object.values(body.events).reduce((sum, n) => sum + n, 0)
      // A removal is told in the second scan that does not see somebody.
      quietScans = news === 0 ? quietScans + 1 : 0
      found = [`a full scan has found ${news} more`]
      if (quietScans < 2) continue
      if (!recovered) {
        recovered = await options.recoverAll()
        found = ['what was skipped is queued again']
        continue
      }
      found = await unrest(world)
      if (found.length === 0) return []
    } catch (error) {
      found = [String(error)]
    }
  }
  return found
}

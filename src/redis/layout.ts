import { RingpostError } from '../errors.ts'
import type { Redis } from './client.ts'
import type { Keys } from './keys.ts'
import { deliveriesAsTexts } from './layouts/deliveries-as-texts.ts'
import { createScript } from './script.ts'

/**
 * The layout of everything that ringpost keeps in Redis. It goes up with a change that an older version would read
 * wrongly, together with a migration; fields that are added and keys that older versions do not look at need none.
 */
export const LAYOUT = 2

/**
 * Brings data from one layout to the next: `MIGRATIONS[n]` from n to n + 1. Each can be broken off anywhere and begun
 * again, and be carried out by several processes at a time: the number goes up when it has ended.
 */
export type Migration = (deps: { redis: Redis; keys: Keys }) => Promise<void>
export const MIGRATIONS: Readonly<Record<number, Migration>> = { 1: deliveriesAsTexts }

/**
 * Makes sure that this version understands what is in Redis, and brings it up to date where it is older. To be called
 * before anything else is read or written.
 *
 * @throws RingpostError `redis_unusable` where a newer version has written it
 */
export async function checkLayout(
  deps: { redis: Redis; keys: Keys },
  { layout, migrations }: { layout: number; migrations: Readonly<Record<number, Migration>> } = {
    layout: LAYOUT,
    migrations: MIGRATIONS,
  },
): Promise<void> {
  const { redis, keys } = deps
  const advance = createScript(redis, new URL('./advance-layout.lua', import.meta.url))
  // The first layout had no number yet.
  const isEmpty = (await redis.exists(keys.masterKeyCheck)) === 0
  await redis.set(keys.layout, isEmpty ? layout : 1, 'NX')
  for (;;) {
    const found = Number(await redis.get(keys.layout))
    if (found === layout) return
    if (!(found < layout)) {
      throw new RingpostError(
        'redis_unusable',
        `The data in Redis were written by a newer ringpost (layout ${found}; this version knows ${layout}). Start that version or a newer one again, or restore a backup from before it.`,
      )
    }
    const migrate = migrations[found]
    if (migrate === undefined) throw new Error(`There is no migration from layout ${found}.`)
    await migrate(deps)
    await advance([keys.layout], [found, found + 1])
  }
}

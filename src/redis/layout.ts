import { RingpostError } from '../errors.ts'
import type { Redis } from './client.ts'
import type { Keys } from './keys.ts'
import { deliveriesAsTexts } from './layouts/deliveries-as-texts.ts'
import { createScript } from './script.ts'

/**
 * The layout of everything that ringpost keeps in Redis. It goes up with a change that an older version would read
 * wrongly, together with a migration; fields that are added and keys that older versions do not look at need none.
 */
export const LAYOUT = 3

/**
 * Brings data from one layout to the next: `MIGRATIONS[n]` from n to n + 1. Each can be broken off anywhere and begun
 * again, and be carried out by several processes at a time: the number goes up when it has ended.
 */
export type Migration = (deps: { redis: Redis; keys: Keys }) => Promise<void>
export const MIGRATIONS: Readonly<Record<number, Migration>> = {
  1: deliveriesAsTexts,
  // Who has claimed a delivery is told by the list `busy` alone, which was there before.
  2: async () => undefined,
}

/**
 * What stands in place of the number while data are brought to the next layout: an older version, to which somebody
 * goes back before that has ended, does not take it for its own.
 */
const UNDER_WAY = /^(?<next>\d+) from (?<from>\d+)$/

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
    const text = (await redis.get(keys.layout)) ?? ''
    const { next, from } = UNDER_WAY.exec(text)?.groups ?? {}
    const found = Number(next ?? text)
    if (found === layout && from === undefined) return
    if (!(found <= layout)) {
      throw new RingpostError(
        'redis_unusable',
        `The data in Redis were written by a newer ringpost (layout ${found}; this version knows ${layout}). Start that version or a newer one again, or restore a backup from before it.`,
      )
    }
    const old = Number(from ?? found)
    const migrate = migrations[old]
    if (migrate === undefined) throw new Error(`There is no migration from layout ${old}.`)
    const underWay = `${old + 1} from ${old}`
    if (from === undefined) await advance([keys.layout], [text, underWay])
    await migrate(deps)
    await advance([keys.layout], [underWay, old + 1])
  }
}

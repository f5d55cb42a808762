import type { RedisFault, RedisReport } from '../redis/check-server.ts'
import { type Finding, ok, problem, sentence, warning } from './finding.ts'

export const REDIS_CHECK = 'redis'

/** What was found of a Redis server: its version, what it drops, what it keeps on disk, what memory it has left. */
export function redisFindings({ version, problems, warnings }: RedisReport): Finding[] {
  const bad = problems.map((fault) => problem(REDIS_CHECK, sentence(fault.what), fixOf(fault)))
  const poor = warnings.map((fault) => warning(REDIS_CHECK, sentence(fault.what), fixOf(fault)))
  return bad.length + poor.length > 0
    ? [...bad, ...poor]
    : [ok(REDIS_CHECK, `${version}, with an append-only file, and it drops nothing.`)]
}

function fixOf({ fix }: RedisFault): string {
  return fix === null
    ? 'Look at these settings where the server is managed, or let the user in REDIS_URL run CONFIG GET.'
    : sentence(fix)
}

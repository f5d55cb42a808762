/** What to do where Redis refuses every change, by the code of its error: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const MEND = {
  OOM: 'is full (maxmemory): give it more (redis-cli config set maxmemory 2gb), or shorten the retention',
  MISCONF: 'cannot write to its disk: make room there, or see its log',
  NOREPLICAS: 'has too few replicas that follow (min-replicas-to-write): bring them back',
  READONLY: 'is a replica: name the primary in REDIS_URL, or promote this one',
}
/** Redis 6.2 tells of what was refused within a script after words of its own. */
const CODE = /(?:^|-)(OOM|MISCONF|NOREPLICAS|READONLY) /

/** The code of an error by which Redis refuses every change; null for any other error. */
export function refusalOf(error: unknown): keyof typeof MEND | null {
  const [, code] = (error instanceof Error && CODE.exec(error.message)) || []
  return (code as keyof typeof MEND | undefined) ?? null
}

/** Why Redis refuses every change, and what mends that, as a sentence; null for any other error. */
export function whyRefused(error: unknown): string | null {
  const code = refusalOf(error)
  return code === null ? null : `Redis refuses every change, for it ${MEND[code]}.`
}

/**
 * What Kubernetes (and Docker's old links) set in every container beside a service that is called
 * `ringpost` or `ringpost-…`: RINGPOST_SERVICE_HOST, RINGPOST_PORT=tcp://…, RINGPOST_PORT_7464_TCP_ADDR.
 * Nobody wrote them, so nobody could take them away.
 */
const LINK = /^RINGPOST_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/
const LINK_PORT = /^RINGPOST_(\w+_)?PORT$/

/**
 * The `RINGPOST_…` names in `env` that nothing reads, each with a sentence that names the nearest known one.
 */
export function unknownNames(
  env: Record<string, string | undefined>,
  known: string[],
): { name: string; sentence: string }[] {
  return Object.entries(env)
    .filter(([name, value]) => /^ringpost_/i.test(name) && value !== undefined && !known.includes(name))
    .filter(([name, value]) => !LINK.test(name) && !(LINK_PORT.test(name) && /^\w+:\/\//.test(value ?? '')))
    .map(([name]) => {
      const nearest = nearestName(name, known)
      const help = nearest === null ? 'See .env.example for all there are.' : `Did you mean ${nearest}?`
      return { name, sentence: `There is no such variable. ${help}` }
    })
}

/** The known name that takes the fewest slips to get to, or null where none is near. */
function nearestName(name: string, known: string[]): string | null {
  const wanted = bare(name.toUpperCase())
  let best: { name: string; slips: number } | null = null
  for (const candidate of known) {
    // The wrong prefix is one slip: RINGPOST_PORT is PORT, RINGPOST_API_KEY is ELEVENLABS_API_KEY.
    const slips = slipsBetween(wanted, bare(candidate)) + (candidate.startsWith('RINGPOST_') ? 0 : 1)
    if (best === null || slips < best.slips) best = { name: candidate, slips }
  }
  return best !== null && best.slips <= Math.max(2, Math.floor(wanted.length * 0.4)) ? best.name : null
}

/** A left-out word is as near as a slip of the finger: RINGPOST_TOKEN is RINGPOST_API_TOKEN. */
function slipsBetween(wanted: string, candidate: string): number {
  const words = candidate.split('_')
  const leftOut = words.length - wanted.split('_').length
  const onlyLeftOut = leftOut > 0 && wanted.split('_').every((word) => words.includes(word))
  return onlyLeftOut ? leftOut : distance(wanted, candidate)
}

function bare(name: string): string {
  return name.replace(/^(RINGPOST_|ELEVENLABS_)+/, '')
}

/** Edit distance in which exchanging two neighbours is one step (optimal string alignment). */
function distance(a: string, b: string): number {
  const at = (row: number[] | undefined, index: number) => row?.[index] ?? 0
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let steps = Math.min(
        at(rows[i - 1], j) + 1,
        at(row, j - 1) + 1,
        at(rows[i - 1], j - 1) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, at(rows[i - 2], j - 2) + 1)
      }
      row.push(steps)
    }
    rows.push(row)
  }
  return at(rows[a.length], b.length)
}

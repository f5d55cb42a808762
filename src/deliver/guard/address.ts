import { type Cidr, contains, type Ip, parseCidr, parseIp } from './cidr.ts'
import { SPECIAL_PURPOSE } from './special-purpose.ts'

/** The networks that `RINGPOST_ALLOW_NETWORKS` opens. */
export type AllowList = readonly Cidr[]

/**
 * Whether requests may go to an address. `listed` tells that the allow list opened it, which also permits plain
 * http; `network` is what one would have to allow.
 */
export type AddressVerdict =
  | { allowed: true; listed: boolean }
  | { allowed: false; rule: string; network: string | null }

// The longest prefix first, so that the most telling name of several is said.
const RULES = SPECIAL_PURPOSE.map((row) => ({ ...row, range: parseCidr(row.cidr) })).sort(
  (a, b) => b.range.prefix - a.range.prefix,
)

/**
 * Where a source may be beside public addresses: a proxy or a simulator of one's own. Benchmarking is what some VPNs
 * answer with for every name.
 */
const OF_SOURCES: ReadonlySet<string | null> = new Set([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
])

const NAT64 = parseCidr('64:ff9b::/96')

interface Embedding {
  name: string
  range: Cidr
  /** How many bits are right of the IPv4 address. */
  shift: bigint
  inverted?: true
}

/** Forms that hide an IPv4 address in an IPv6 one. */
const EMBEDDINGS: readonly Embedding[] = [
  { name: 'IPv4-compatible', range: parseCidr('::/96'), shift: 0n },
  { name: 'IPv4-translated', range: parseCidr('::ffff:0:0:0/96'), shift: 0n },
  { name: 'NAT64', range: parseCidr('64:ff9b:1::/48'), shift: 0n },
  { name: '6to4', range: parseCidr('2002::/16'), shift: 80n },
  // Teredo holds the client's address inverted (RFC 4380, section 4).
  { name: 'Teredo', range: parseCidr('2001::/32'), shift: 0n, inverted: true },
]
// ISATAP (RFC 5214): the interface identifier 0000:5efe or 0200:5efe and then the IPv4 address, in any network.
const ISATAP = [0x5efen, 0x2005efen]

/** @throws RingpostError `config_invalid` where one of the networks is none */
export function parseAllowList(networks: readonly string[]): AllowList {
  return networks.map(parseCidr)
}

/**
 * Decides whether a webhook may go to an address (DELIVERY.md, rule 7). What is not an address is refused.
 *
 * IPv4 in IPv6 is unwrapped: mapped and NAT64 addresses are as good as the IPv4 address that the packets reach;
 * the other forms are refused in any case, and the rule names what they hide. A network on the allow list opens
 * what it names: all of IPv6 (`::/0`) does not open an IPv4 address that some form hides in it.
 */
export function classifyAddress(text: string, allow: AllowList): AddressVerdict {
  const ip = parseIp(text)
  if (ip === null) return { allowed: false, rule: 'not an IP address', network: null }
  const verdict = classify(ip, allow)
  // Where no range has it, the address itself is what one would have to allow.
  return verdict.allowed || verdict.network !== null
    ? verdict
    : { ...verdict, network: `${text.replace(/%.*$/s, '')}/${ip.family === 4 ? 32 : 128}` }
}

/**
 * Decides whether a source may be at an address: at a public one, on this machine or in a private network. By the most
 * telling row that has it, so that the addresses at which clouds tell their secrets are not part of the private network
 * they lie in.
 *
 * @returns the rule that forbids it; null where it is allowed
 */
export function sourceRefusal(text: string): string | null {
  const verdict = classifyAddress(text, [])
  if (verdict.allowed) return null
  const ip = parseIp(text)
  const hides = ip !== null && hiddenRule(ip, embeddingOf(ip)) !== null
  return OF_SOURCES.has(verdict.network) && !hides ? null : verdict.rule
}

/** The sentence for people that goes with a refusal: which rule, and what to set where it is to be opened. */
export function refusalSentence(place: string, refused: AddressVerdict & { allowed: false }): string {
  const rule = `${place} is not public: ${refused.rule}.`
  if (refused.network === null) return rule
  return `${rule} To allow it, add it to the allowed networks and start ringpost again: RINGPOST_ALLOW_NETWORKS=${refused.network}.`
}

function classify(ip: Ip, allow: AllowList): AddressVerdict {
  const embedding = embeddingOf(ip)
  // The well-known prefix is how a machine with IPv6 alone reaches public IPv4 (RFC 6052).
  const asIPv4 = contains(NAT64, ip)
  if (isOpened(ip, allow, asIPv4 ? { range: NAT64, shift: 0n } : embedding)) {
    return { allowed: true, listed: true }
  }
  if (asIPv4) return classify(lastBits(ip.value), allow)
  const hidden = hiddenRule(ip, embedding)
  const rule = RULES.find(({ range }) => contains(range, ip))
  if (rule === undefined) {
    return hidden === null
      ? { allowed: true, listed: false }
      : { allowed: false, rule: hidden, network: null }
  }
  const words = `${rule.cidr}, ${rule.name} (${rule.source})`
  return { allowed: false, rule: hidden === null ? words : `${words}, ${hidden}`, network: rule.cidr }
}

/**
 * Whether the allow list opens an address. Where a form hides an IPv4 address in it, a network that is wider
 * than the form does not say so, and the IPv4 address has to be open as well.
 */
function isOpened(
  ip: Ip,
  allow: AllowList,
  embedding: Pick<Embedding, 'range' | 'shift' | 'inverted'> | null,
): boolean {
  return allow.some((network) => {
    if (!contains(network, ip)) return false
    if (embedding === null || network.prefix >= embedding.range.prefix) return true
    return classify(innerOf(ip, embedding), allow).allowed
  })
}

function embeddingOf(ip: Ip): Embedding | null {
  // The unspecified address and loopback are not IPv4-compatible ones.
  if (ip.family === 4 || ip.value <= 1n) return null
  return EMBEDDINGS.find(({ range }) => contains(range, ip)) ?? null
}

/** What an embedded IPv4 address that is itself forbidden is called. */
function hiddenRule(ip: Ip, embedding: Embedding | null): string | null {
  const isatap = ip.family === 6 && ISATAP.includes((ip.value >> 32n) & 0xffffffffn)
  const form = embedding ?? (isatap ? { name: 'ISATAP', shift: 0n } : null)
  if (form === null) return null
  const verdict = classify(innerOf(ip, form), [])
  return verdict.allowed ? null : `${form.name} for an address in ${verdict.rule}`
}

function innerOf(ip: Ip, form: Pick<Embedding, 'shift' | 'inverted'>): Ip {
  return lastBits((form.inverted ? ~ip.value : ip.value) >> form.shift)
}

function lastBits(value: bigint): Ip {
  return { family: 4, value: BigInt.asUintN(32, value) }
}

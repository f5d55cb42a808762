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

const NAT64 = parseCidr('64:ff9b::/96')

/** Forms that hide an IPv4 address in an IPv6 one, and how many bits are right of it. */
const EMBEDDING = [
  { range: parseCidr('::/96'), shift: 0n, name: 'IPv4-compatible' },
  { range: parseCidr('64:ff9b:1::/48'), shift: 0n, name: 'NAT64' },
  { range: parseCidr('2002::/16'), shift: 80n, name: '6to4' },
  // Teredo holds the client's address inverted (RFC 4380, section 4).
  { range: parseCidr('2001::/32'), shift: 0n, name: 'Teredo', inverted: true },
]
// ISATAP (RFC 5214): the interface identifier 0000:5efe or 0200:5efe and then the IPv4 address, in any network.
const ISATAP = 0x5efen
const ISATAP_GLOBAL = 0x2005efen

/** @throws RingpostError `config_invalid` where one of the networks is none */
export function parseAllowList(networks: readonly string[]): AllowList {
  return networks.map(parseCidr)
}

/**
 * Decides whether a webhook may go to an address (DELIVERY.md, rule 7). What is not an address is refused.
 *
 * IPv4 in IPv6 is unwrapped: mapped and NAT64 addresses are as good as the IPv4 address that the packets reach;
 * the other forms are refused in any case, and the rule names what they hide.
 */
export function classifyAddress(text: string, allow: AllowList): AddressVerdict {
  const ip = parseIp(text)
  return ip === null ? { allowed: false, rule: 'not an IP address', network: null } : classify(ip, allow)
}

/** The sentence for people that goes with a refusal: which rule, and what to set where it is to be opened. */
export function refusalSentence(place: string, refused: AddressVerdict & { allowed: false }): string {
  const rule = `${place} is not public: ${refused.rule}.`
  if (refused.network === null) return rule
  return `${rule} To allow it, add it to the allowed networks: RINGPOST_ALLOW_NETWORKS=${refused.network}.`
}

function classify(ip: Ip, allow: AllowList): AddressVerdict {
  if (allow.some((network) => contains(network, ip))) return { allowed: true, listed: true }
  // The well-known prefix is how a machine with IPv6 alone reaches public IPv4 (RFC 6052).
  if (contains(NAT64, ip)) return classify(lastBits(ip.value), allow)
  const hidden = hiddenRule(ip)
  const rule = RULES.find(({ range }) => contains(range, ip))
  if (rule === undefined) {
    return hidden === null
      ? { allowed: true, listed: false }
      : { allowed: false, rule: hidden, network: null }
  }
  const words = `${rule.cidr}, ${rule.name} (${rule.source})`
  return { allowed: false, rule: hidden === null ? words : `${words}, ${hidden}`, network: rule.cidr }
}

/** What an embedded IPv4 address that is itself forbidden is called. */
function hiddenRule(ip: Ip): string | null {
  if (ip.family === 4 || ip.value <= 1n) return null
  const identifier = (ip.value >> 32n) & 0xffffffffn
  const isatap = identifier === ISATAP || identifier === ISATAP_GLOBAL
  const form =
    EMBEDDING.find(({ range }) => contains(range, ip)) ?? (isatap ? { shift: 0n, name: 'ISATAP' } : null)
  if (form === null) return null
  const inner = lastBits('inverted' in form ? ~ip.value : ip.value >> form.shift)
  const verdict = classify(inner, [])
  return verdict.allowed ? null : `${form.name} for an address in ${verdict.rule}`
}

function lastBits(value: bigint): Ip {
  return { family: 4, value: BigInt.asUintN(32, value) }
}

import { isIPv4, isIPv6 } from 'node:net'
import { RingpostError } from '../../errors.ts'

/** An IP address as a number: 32 bits of IPv4 or 128 bits of IPv6. */
export interface Ip {
  family: 4 | 6
  value: bigint
}

/** A network: an address, of which the first `prefix` bits count. */
export interface Cidr extends Ip {
  prefix: number
}

/**
 * Reads an IP address in any spelling that an IP address has, and in none that only a URL or a C library takes
 * for one (`0177.0.0.1`, `127.1`). A zone (`%eth0`) is dropped. IPv4-mapped IPv6 becomes IPv4, for that is
 * where the packets go.
 *
 * @returns null where the text is no IP address
 */
export function parseIp(text: string): Ip | null {
  if (isIPv4(text)) return { family: 4, value: ipv4Bits(text) }
  if (!isIPv6(text)) return null
  const value = ipv6Bits(text.replace(/%.*$/s, ''))
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value }
}

/**
 * Reads a network such as `10.0.0.0/8`; a bare address is a network of one.
 *
 * @throws RingpostError `config_invalid` where it is none
 */
export function parseCidr(text: string): Cidr {
  const [address = '', bits, ...rest] = text.trim().split('/')
  const ip = rest.length > 0 || address.includes('%') ? null : parseIp(address)
  if (ip === null) throw refuse(text, 'it has to be an IPv4 or IPv6 address, a slash and a number of bits')
  const most = isIPv6(address) ? 128 : 32
  const written = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!(written <= most)) throw refuse(text, `after the slash comes a number from 0 to ${most}`)
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8 as IPv6.
  const prefix = written - (most - widthOf(ip))
  if (prefix < 0) throw refuse(text, 'a network that mixes IPv4 and IPv6 has to be written as two')
  return { ...ip, prefix }
}

/** Whether an address lies in a network. The two families have nothing in common. */
export function contains(network: Cidr, ip: Ip): boolean {
  if (network.family !== ip.family) return false
  return (network.value ^ ip.value) >> BigInt(widthOf(ip) - network.prefix) === 0n
}

function widthOf(ip: Ip): number {
  return ip.family === 4 ? 32 : 128
}

function ipv4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function ipv6Bits(text: string): bigint {
  const [left = [], right = []] = text.split('::').map(groupsOf)
  const zeros = text.includes('::') ? Array<bigint>(8 - left.length - right.length).fill(0n) : []
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | group, 0n)
}

/** The 16-bit groups of one side of `::`; the last two may be written as IPv4. */
function groupsOf(side: string): bigint[] {
  if (side === '') return []
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)]
    const bits = ipv4Bits(group)
    return [bits >> 16n, bits & 0xffffn]
  })
}

function refuse(text: string, why: string): RingpostError {
  return new RingpostError('config_invalid', `"${text}" is not a network: ${why}, such as 10.0.0.0/8.`)
}

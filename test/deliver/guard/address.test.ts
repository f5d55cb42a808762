import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyAddress, parseAllowList } from '../../../src/deliver/guard/address.ts'
import { contains, parseCidr, parseIp } from '../../../src/deliver/guard/cidr.ts'
import { SPECIAL_PURPOSE } from '../../../src/deliver/guard/special-purpose.ts'
import { ipv4, ipv6, spellingsOfIpv6 } from './spellings.ts'

// First and last address of each range, written down apart from the code.
const FORBIDDEN: [cidr: string, first: string, last: string][] = [
  ['0.0.0.0/8', '0.0.0.0', '0.255.255.255'],
  ['0.0.0.0/32', '0.0.0.0', '0.0.0.0'],
  ['10.0.0.0/8', '10.0.0.0', '10.255.255.255'],
  ['100.64.0.0/10', '100.64.0.0', '100.127.255.255'],
  ['127.0.0.0/8', '127.0.0.0', '127.255.255.255'],
  ['169.254.0.0/16', '169.254.0.0', '169.254.255.255'],
  ['172.16.0.0/12', '172.16.0.0', '172.31.255.255'],
  ['192.0.0.0/24', '192.0.0.0', '192.0.0.255'],
  ['192.0.0.0/29', '192.0.0.0', '192.0.0.7'],
  ['192.0.0.8/32', '192.0.0.8', '192.0.0.8'],
  ['192.0.0.9/32', '192.0.0.9', '192.0.0.9'],
  ['192.0.0.10/32', '192.0.0.10', '192.0.0.10'],
  ['192.0.0.170/32', '192.0.0.170', '192.0.0.170'],
  ['192.0.0.171/32', '192.0.0.171', '192.0.0.171'],
  ['192.0.2.0/24', '192.0.2.0', '192.0.2.255'],
  ['192.31.196.0/24', '192.31.196.0', '192.31.196.255'],
  ['192.52.193.0/24', '192.52.193.0', '192.52.193.255'],
  ['192.88.99.0/24', '192.88.99.0', '192.88.99.255'],
  ['192.88.99.2/32', '192.88.99.2', '192.88.99.2'],
  ['192.168.0.0/16', '192.168.0.0', '192.168.255.255'],
  ['192.175.48.0/24', '192.175.48.0', '192.175.48.255'],
  ['198.18.0.0/15', '198.18.0.0', '198.19.255.255'],
  ['198.51.100.0/24', '198.51.100.0', '198.51.100.255'],
  ['203.0.113.0/24', '203.0.113.0', '203.0.113.255'],
  ['224.0.0.0/4', '224.0.0.0', '239.255.255.255'],
  ['240.0.0.0/4', '240.0.0.0', '255.255.255.254'],
  ['255.255.255.255/32', '255.255.255.255', '255.255.255.255'],
  ['169.254.169.254/32', '169.254.169.254', '169.254.169.254'],
  ['169.254.170.2/32', '169.254.170.2', '169.254.170.2'],
  ['169.254.170.23/32', '169.254.170.23', '169.254.170.23'],
  ['168.63.129.16/32', '168.63.129.16', '168.63.129.16'],
  ['100.100.100.200/32', '100.100.100.200', '100.100.100.200'],
  ['192.0.0.192/32', '192.0.0.192', '192.0.0.192'],
  ['::/128', '::', '::'],
  ['::1/128', '::1', '::1'],
  ['::/96', '::2', '::ffff:ffff'],
  ['::ffff:0:0:0/96', '::ffff:0:0:0', '::ffff:0:ffff:ffff'],
  ['64:ff9b:1::/48', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::/64', '100::', '100::ffff:ffff:ffff:ffff'],
  ['100:0:0:1::/64', '100:0:0:1::', '100::1:ffff:ffff:ffff:ffff'],
  ['2001::/23', '2001:5::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001::/32', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:1::1/128', '2001:1::1', '2001:1::1'],
  ['2001:1::2/128', '2001:1::2', '2001:1::2'],
  ['2001:1::3/128', '2001:1::3', '2001:1::3'],
  ['2001:2::/48', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['2001:3::/32', '2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:4:112::/48', '2001:4:112::', '2001:4:112:ffff:ffff:ffff:ffff:ffff'],
  ['2001:10::/28', '2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:20::/28', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:30::/28', '2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::/16', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2620:4f:8000::/48', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::/20', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['5f00::/16', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::/7', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::/10', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::/10', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::/8', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fd00:ec2::254/128', 'fd00:ec2::254', 'fd00:ec2::254'],
  ['fd00:ec2::23/128', 'fd00:ec2::23', 'fd00:ec2::23'],
  ['fd20:ce::254/128', 'fd20:ce::254', 'fd20:ce::254'],
  ['::/3', '200::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['4000::/2', '4000::', '7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['8000::/1', '8000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
]

const PUBLIC = [
  ...[
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
  ],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0'],
  ...['192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255'],
  ...['198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '8.8.8.8', '168.63.129.15'],
  ...[
    '2000::',
    '2001:200::',
    '2001:db7:ffff::',
    '2001:db9::',
    '2003::',
    '2606:4700:4700::1111',
    '3fff:1000::',
  ],
  ...['3ffe:ffff::', '2620:4f:7fff::', '2620:4f:8001::', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  // By way of IPv4-mapped and of NAT64, which is how a machine with IPv6 alone reaches public IPv4.
  ...['::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
]

describe('every special-purpose range', () => {
  test.each(FORBIDDEN)('%s is refused, from %s to %s, by its name', (cidr, first, last) => {
    for (const address of [first, last]) {
      const verdict = classifyAddress(address, [])
      expect(verdict, address).toMatchObject({ allowed: false, rule: expect.stringContaining('(') })
      expect(contains(parseCidr(cidr), parseIp(address) ?? { family: 4, value: 0n })).toBe(true)
    }
  })

  test('is in the table above', () => {
    expect(FORBIDDEN.map(([cidr]) => cidr).sort()).toEqual(SPECIAL_PURPOSE.map(({ cidr }) => cidr).sort())
  })

  test('is named by its narrowest row', () => {
    expect(classifyAddress('169.254.169.254', [])).toMatchObject({ network: '169.254.169.254/32' })
    expect(classifyAddress('169.254.1.1', [])).toMatchObject({ network: '169.254.0.0/16' })
    expect(classifyAddress('127.0.0.1', [])).toEqual({
      allowed: false,
      rule: '127.0.0.0/8, loopback (RFC 1122)',
      network: '127.0.0.0/8',
    })
  })

  test.each(PUBLIC)('leaves %s alone', (address) => {
    expect(classifyAddress(address, [])).toEqual({ allowed: true, listed: false })
  })
})

describe('IPv4 inside IPv6', () => {
  test.each([
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped', '0:0:0:0:0:FFFF:7F00:0001'],
    ['compatible', '::127.0.0.1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64 for local use', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::1'],
    ['Teredo', `2001::${(~0x7f00 & 0xffff).toString(16)}:${(~0x0001 & 0xffff).toString(16)}`],
    ['ISATAP', '2606:4700::5efe:127.0.0.1'],
    ['ISATAP', '2606:4700::200:5efe:7f00:1'],
  ])('%s %s is refused as loopback', (_, address) => {
    expect(classifyAddress(address, [])).toMatchObject({
      allowed: false,
      rule: expect.stringContaining('loopback'),
    })
  })

  test.each(['2002:808:808::1', '64:ff9b:1::808:808', '::8.8.8.8'])(
    '%s is refused although IPv4 is public',
    (ip) => {
      expect(classifyAddress(ip, [])).toMatchObject({ allowed: false })
    },
  )

  test.each(['::ffff:10.1.2.3', '64:ff9b::10.1.2.3'])('%s is opened with its IPv4 network', (ip) => {
    expect(classifyAddress(ip, parseAllowList(['10.0.0.0/8']))).toEqual({ allowed: true, listed: true })
  })

  test.each(['2002:a01:203::', '::10.1.2.3', '64:ff9b:1::a01:203'])(
    '%s is not opened with its IPv4 network',
    (ip) => {
      expect(classifyAddress(ip, parseAllowList(['10.0.0.0/8']))).toMatchObject({ allowed: false })
    },
  )

  test.each([
    ...['64:ff9b::127.0.0.1', '64:ff9b:1::7f00:1', '2002:7f00:1::1', '::127.0.0.1', '::ffff:0:127.0.0.1'],
    `2001::${(~0x7f00 & 0xffff).toString(16)}:${(~0x0001 & 0xffff).toString(16)}`,
  ])('%s is not opened by all of IPv6, but by that and its IPv4 network, or by the form', (ip) => {
    expect(classifyAddress(ip, parseAllowList(['::/0']))).toMatchObject({ allowed: false })
    expect(classifyAddress(ip, parseAllowList(['::/0', '127.0.0.0/8']))).toMatchObject({ listed: true })
    expect(classifyAddress(ip, parseAllowList([`${ip}/128`]))).toMatchObject({ listed: true })
  })

  test('64:ff9b::/96 opens what IPv4 does not, and so does a part of it', () => {
    for (const network of ['64:ff9b::/96', '64:ff9b::10.0.0.0/104']) {
      expect(classifyAddress('64:ff9b::10.1.2.3', parseAllowList([network]))).toMatchObject({ listed: true })
      expect(classifyAddress('10.1.2.3', parseAllowList([network]))).toMatchObject({ allowed: false })
    }
  })

  test('a network in mapped form opens IPv4, and all of IPv6 does not', () => {
    expect(classifyAddress('10.1.2.3', parseAllowList(['::ffff:10.0.0.0/104']))).toMatchObject({
      allowed: true,
    })
    expect(classifyAddress('::ffff:10.1.2.3', parseAllowList(['::/0']))).toMatchObject({ allowed: false })
  })
})

describe('what is not an address', () => {
  const texts = [
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.1.',
    '[::1]',
    ' ::1',
    '1::2::3',
  ]
  test.each([...texts, '8.8.8.8 ', '8.8.8.8%eth0', '::1%', '08.8.8.8'])('%j is refused', (text) => {
    expect(classifyAddress(text, parseAllowList(['0.0.0.0/0', '::/0']))).toMatchObject({ allowed: false })
  })

  test('a zone does not hide a link-local address', () => {
    expect(classifyAddress('fe80::1%eth0', [])).toMatchObject({ network: 'fe80::/10' })
  })
})

describe('laws', () => {
  const bits32 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n })
  // Uniform 128 bits would hardly ever have a zero to shorten.
  const bits128 = fc
    .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    })
    .map((groups) => groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n))

  test('every spelling of an IPv6 address is the same address', () => {
    fc.assert(
      fc.property(bits128, (bits) => {
        for (const text of spellingsOfIpv6(bits).filter((spelling) => isIP(spelling) !== 0)) {
          expect(parseIp(text), text).toEqual(parseIp(ipv6(bits)))
        }
      }),
    )
  })

  test('IPv4 is as Node reads it, and so is its mapped form', () => {
    fc.assert(
      fc.property(bits32, (bits) => {
        expect(parseIp(ipv4(bits))).toEqual({ family: 4, value: bits })
        for (const text of spellingsOfIpv6((0xffffn << 32n) | bits).filter((spelling) => isIP(spelling))) {
          expect(classifyAddress(text, []), text).toEqual(classifyAddress(ipv4(bits), []))
        }
      }),
    )
  })

  const networks = fc
    .oneof(
      fc.tuple(bits32, fc.integer({ min: 0, max: 32 })).map(([bits, prefix]) => `${ipv4(bits)}/${prefix}`),
      fc.tuple(bits128, fc.integer({ min: 0, max: 128 })).map(([bits, prefix]) => `${ipv6(bits)}/${prefix}`),
    )
    .filter((network) => !/^0:0:0:0:0:ffff:/.test(network))
  const addresses = fc.oneof(bits32.map(ipv4), bits128.map(ipv6))
  const hides = /^0:0:0:0:0:ffff:|^0:0:0:0:ffff:0:|^0:0:0:0:0:0:|^64:ff9b:|^2001:0:|^2002:/

  test('an allowed network opens what is in it and nothing else', () => {
    const inside = fc
      .tuple(networks, bits128)
      .map(([network, noise]) => ({ network, address: within(network, noise) }))
    fc.assert(
      fc.property(fc.oneof(inside, fc.record({ network: networks, address: addresses })), (pair) => {
        const [network] = parseAllowList([pair.network])
        const ip = parseIp(pair.address)
        if (network === undefined || ip === null) throw new Error('neither may be')
        fc.pre(!hides.test(pair.address))
        const verdict = classifyAddress(pair.address, [network])
        if (contains(network, ip)) expect(verdict).toEqual({ allowed: true, listed: true })
        else expect(verdict).toEqual(classifyAddress(pair.address, []))
      }),
      { numRuns: 2_000 },
    )
  })

  test('what a refusal says to set is what opens the address', () => {
    const special = fc.constantFrom(...FORBIDDEN.flatMap(([, first, last]) => [first, last]))
    const isatap = bits32.map((bits) => `2606:4700::5efe:${ipv4(bits)}`)
    fc.assert(
      fc.property(fc.oneof(special, addresses, isatap), (address) => {
        const verdict = classifyAddress(address, [])
        if (verdict.allowed) return
        expect(verdict.network).not.toBeNull()
        const opened = parseAllowList([verdict.network ?? ''])
        expect(classifyAddress(address, opened)).toEqual({ allowed: true, listed: true })
      }),
      { numRuns: 2_000 },
    )
  })

  test("agrees with Node's own block list", () => {
    // One list for each family, for in one list ::/3 would cover all of IPv4 as ::ffff:0:0/96.
    const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
    for (const { cidr } of SPECIAL_PURPOSE) {
      const [net = '', prefix] = cidr.split('/')
      const family = net.includes(':') ? 'ipv6' : 'ipv4'
      lists[family].addSubnet(net, Number(prefix), family)
    }
    fc.assert(
      fc.property(bits32, bits128, (four, six) => {
        expect(classifyAddress(ipv4(four), []).allowed).toBe(!lists.ipv4.check(ipv4(four), 'ipv4'))
        // Beside the forms that hide IPv4, which Node's list knows nothing of.
        fc.pre(!/^0:0:0:0:0:ffff:|^64:ff9b:|5efe:/.test(ipv6(six)))
        expect(classifyAddress(ipv6(six), []).allowed).toBe(!lists.ipv6.check(ipv6(six), 'ipv6'))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** An address of a network. */
function within(network: string, noise: bigint): string {
  const { family, value, prefix } = parseCidr(network)
  const free = BigInt((family === 4 ? 32 : 128) - prefix)
  const bits = ((value >> free) << free) | BigInt.asUintN(Number(free), noise)
  return family === 4 ? ipv4(bits) : ipv6(bits)
}

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
    ['10.1.2.3/8', '10.0.0.0', '9.255.255.255'],
    ['192.168.1.1', '192.168.1.1', '192.168.1.2'],
    ['0.0.0.0/0', '255.255.255.255', '::'],
    ['fd00::/8', 'fdff::1', 'fe00::'],
    ['::1', '::1', '::2'],
    [' 127.0.0.0/8 ', '127.9.9.9', '128.0.0.0'],
  ])('%s holds %s and not %s', (cidr, inside, outside) => {
    const network = parseCidr(cidr)
    const holds = (text: string) => contains(network, parseIp(text) ?? { family: 4, value: -1n })
    expect([holds(inside), holds(outside)]).toEqual([true, false])
  })

  const bad = [
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    'fe80::1%eth0/64',
  ]
  test.each([...bad, '10.0.0/8', 'example.com/8', '10.0.0.0/ 8', '10.0.0.0/0x8', '::ffff:10.0.0.0/8'])(
    '%j is refused, and the sentence repeats it',
    (text) => {
      expect(() => parseCidr(text)).toThrow(
        expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(`"${text}"`) }),
      )
    },
  )
})

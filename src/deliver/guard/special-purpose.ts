/** A block of addresses that no webhook may be sent to. */
export interface SpecialPurpose {
  cidr: string
  name: string
  /** Where it is defined: an RFC, or the document of a vendor. */
  source: string
}

/**
 * The IANA special-purpose registries for IPv4 and IPv6 (state of 2025-10), whole, also the rows that they call
 * globally reachable: nobody has a webhook receiver there. Two of their rows are missing because such addresses are
 * taken for the IPv4 address in them: ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64). Then multicast, which has registries of its own, the
 * addresses at which clouds tell their machines' secrets, and IPv6 outside the one block in use.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const SPECIAL_PURPOSE: readonly SpecialPurpose[] = [
  // IPv4 registry
  { cidr: '0.0.0.0/8', name: 'this network', source: 'RFC 791' },
  { cidr: '0.0.0.0/32', name: 'this host on this network', source: 'RFC 1122' },
  { cidr: '10.0.0.0/8', name: 'private use', source: 'RFC 1918' },
  { cidr: '100.64.0.0/10', name: 'shared address space (carrier NAT)', source: 'RFC 6598' },
  { cidr: '127.0.0.0/8', name: 'loopback', source: 'RFC 1122' },
  { cidr: '169.254.0.0/16', name: 'link local', source: 'RFC 3927' },
  { cidr: '172.16.0.0/12', name: 'private use', source: 'RFC 1918' },
  { cidr: '192.0.0.0/24', name: 'IETF protocol assignments', source: 'RFC 6890' },
  { cidr: '192.0.0.0/29', name: 'IPv4 service continuity', source: 'RFC 7335' },
  { cidr: '192.0.0.8/32', name: 'IPv4 dummy address', source: 'RFC 7600' },
  { cidr: '192.0.0.9/32', name: 'port control protocol anycast', source: 'RFC 7723' },
  { cidr: '192.0.0.10/32', name: 'TURN anycast', source: 'RFC 8155' },
  { cidr: '192.0.0.170/32', name: 'NAT64/DNS64 discovery', source: 'RFC 8880' },
  { cidr: '192.0.0.171/32', name: 'NAT64/DNS64 discovery', source: 'RFC 8880' },
  { cidr: '192.0.2.0/24', name: 'documentation (TEST-NET-1)', source: 'RFC 5737' },
  { cidr: '192.31.196.0/24', name: 'AS112-v4', source: 'RFC 7535' },
  { cidr: '192.52.193.0/24', name: 'automatic multicast tunneling', source: 'RFC 7450' },
  { cidr: '192.88.99.0/24', name: '6to4 relay anycast', source: 'RFC 7526' },
  { cidr: '192.88.99.2/32', name: '6a44 relay anycast', source: 'RFC 6751' },
  { cidr: '192.168.0.0/16', name: 'private use', source: 'RFC 1918' },
  { cidr: '192.175.48.0/24', name: 'AS112 direct delegation', source: 'RFC 7534' },
  { cidr: '198.18.0.0/15', name: 'benchmarking', source: 'RFC 2544' },
  { cidr: '198.51.100.0/24', name: 'documentation (TEST-NET-2)', source: 'RFC 5737' },
  { cidr: '203.0.113.0/24', name: 'documentation (TEST-NET-3)', source: 'RFC 5737' },
  { cidr: '240.0.0.0/4', name: 'reserved', source: 'RFC 1112' },
  { cidr: '255.255.255.255/32', name: 'limited broadcast', source: 'RFC 8190' },

  // IPv6 registry
  { cidr: '::1/128', name: 'loopback', source: 'RFC 4291' },
  { cidr: '::/128', name: 'unspecified address', source: 'RFC 4291' },
  { cidr: '64:ff9b:1::/48', name: 'IPv4/IPv6 translation, local use', source: 'RFC 8215' },
  { cidr: '100::/64', name: 'discard only', source: 'RFC 6666' },
  { cidr: '100:0:0:1::/64', name: 'dummy prefix', source: 'RFC 9780' },
  { cidr: '2001::/23', name: 'IETF protocol assignments', source: 'RFC 2928' },
  { cidr: '2001::/32', name: 'Teredo', source: 'RFC 4380' },
  { cidr: '2001:1::1/128', name: 'port control protocol anycast', source: 'RFC 7723' },
  { cidr: '2001:1::2/128', name: 'TURN anycast', source: 'RFC 8155' },
  { cidr: '2001:1::3/128', name: 'DNS-SD service registration anycast', source: 'RFC 9665' },
  { cidr: '2001:2::/48', name: 'benchmarking', source: 'RFC 5180' },
  { cidr: '2001:3::/32', name: 'automatic multicast tunneling', source: 'RFC 7450' },
  { cidr: '2001:4:112::/48', name: 'AS112-v6', source: 'RFC 7535' },
  { cidr: '2001:10::/28', name: 'ORCHID (deprecated)', source: 'RFC 4843' },
  { cidr: '2001:20::/28', name: 'ORCHIDv2', source: 'RFC 7343' },
  { cidr: '2001:30::/28', name: 'drone remote identification', source: 'RFC 9374' },
  { cidr: '2001:db8::/32', name: 'documentation', source: 'RFC 3849' },
  { cidr: '2002::/16', name: '6to4', source: 'RFC 3056' },
  { cidr: '2620:4f:8000::/48', name: 'AS112 direct delegation', source: 'RFC 7534' },
  { cidr: '3fff::/20', name: 'documentation', source: 'RFC 9637' },
  { cidr: '5f00::/16', name: 'segment routing identifiers', source: 'RFC 9602' },
  { cidr: 'fc00::/7', name: 'unique local', source: 'RFC 4193' },
  { cidr: 'fe80::/10', name: 'link local', source: 'RFC 4291' },

  // Beside the registries
  { cidr: '224.0.0.0/4', name: 'multicast', source: 'RFC 5771' },
  { cidr: 'ff00::/8', name: 'multicast', source: 'RFC 4291' },
  { cidr: '::/96', name: 'IPv4-compatible (deprecated)', source: 'RFC 4291' },
  { cidr: '::ffff:0:0:0/96', name: 'IPv4-translated (deprecated)', source: 'RFC 2765' },
  { cidr: 'fec0::/10', name: 'site local (deprecated)', source: 'RFC 3879' },
  {
    cidr: '169.254.169.254/32',
    name: 'cloud metadata',
    source: 'AWS, Azure, Google Cloud, Oracle and others',
  },
  { cidr: '169.254.170.2/32', name: 'container credentials', source: 'AWS ECS' },
  { cidr: '169.254.170.23/32', name: 'pod credentials', source: 'AWS EKS' },
  { cidr: '168.63.129.16/32', name: 'cloud metadata', source: 'Azure' },
  { cidr: '100.100.100.200/32', name: 'cloud metadata', source: 'Alibaba Cloud' },
  { cidr: '192.0.0.192/32', name: 'cloud metadata', source: 'Oracle Cloud' },
  { cidr: 'fd00:ec2::254/128', name: 'cloud metadata', source: 'AWS' },
  { cidr: 'fd00:ec2::23/128', name: 'pod credentials', source: 'AWS EKS' },
  { cidr: 'fd20:ce::254/128', name: 'cloud metadata', source: 'Google Cloud' },
  // IANA hands out unicast addresses from 2000::/3 alone (RFC 4291, section 2.4). What is left of the rest:
  { cidr: '::/3', name: 'reserved', source: 'RFC 4291' },
  { cidr: '4000::/2', name: 'reserved', source: 'RFC 4291' },
  { cidr: '8000::/1', name: 'reserved', source: 'RFC 4291' },
]

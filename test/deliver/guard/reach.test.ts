import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { type AddressInfo, createServer, isIP } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parseCidr } from '../../../src/deliver/guard/cidr.ts'
import type { Lookup } from '../../../src/deliver/guard/connector.ts'
import { SPECIAL_PURPOSE } from '../../../src/deliver/guard/special-purpose.ts'
import type { GuardPolicy } from '../../../src/deliver/guard/url.ts'
import { createSender } from '../../../src/deliver/send.ts'
import { failOnLeaks, serve } from '../../http/support.ts'
import { ipv4, ipv6, spellingsOfHost, spellingsOfIpv4, spellingsOfIpv6 } from './spellings.ts'

failOnLeaks()

// Plain http everywhere, so that nothing but the address is in the way.
const OPEN_HTTP: GuardPolicy = { allowNetworks: [], allowHttp: true }
const LOOPBACK: GuardPolicy = { allowNetworks: ['127.0.0.0/8', '::1'], allowHttp: true }

/** Every TCP connection that this process begins, whoever begins it. */
let begun = 0
const hook = createHook({
  init(_, type) {
    if (type === 'TCPCONNECTWRAP') begun++
  },
})
beforeEach(() => {
  begun = 0
  hook.enable()
})
afterEach(() => void hook.disable())

function senderOf(policy: GuardPolicy, lookup?: Lookup) {
  const sender = createSender({ policy, deadlineMs: 10_000, ...(lookup ? { lookup } : {}) })
  onTestFinished(() => sender.close())
  return (url: string) => sender.send({ url, headers: {}, body: '{}' })
}

/** A server at every address of this machine, loopback of both families among them. */
const everywhere = () => serve((_, res) => res.end('reached'), null)

const LOOPBACK_IPV4 = 0x7f000001n
const HOSTS = [
  ...spellingsOfIpv4(LOOPBACK_IPV4),
  ...spellingsOfHost('127.0.0.1'),
  ...spellingsOfHost('localhost'),
  ...['0', '0x0', '00', '0.0.0.0', '0x00000000', '127.255.255.254', '127.0.1', '127.65535.1'],
  ...['a.localhost', 'A.B.LOCALHOST.', '127.0.0.1.localhost', 'localhost.'],
  // What the system's own tables make of names, by way of the system's own lookup.
  ...['localhost.localdomain', 'ip6-localhost', 'ip6-loopback'],
  ...[1n, 0n, (0xffffn << 32n) | LOOPBACK_IPV4, LOOPBACK_IPV4]
    .flatMap(spellingsOfIpv6)
    .map((text) => `[${text}]`),
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::1]', '[::ffff:0:127.0.0.1]'],
  ...['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[fe80::5efe:127.0.0.1]', '[2606:4700::5efe:7f00:1]'],
  ...['[::1%25lo]', '[::1%lo]', '[::1%25]', '[fe80::1%25eth0]', '[::ffff:127.0.0.1%25lo]'],
]

describe('a server on this machine is never reached', () => {
  test('by any spelling of loopback as a host', async () => {
    const server = await everywhere()
    const send = senderOf(OPEN_HTTP)
    expect(HOSTS.length).toBeGreaterThan(300)
    for (const host of HOSTS) {
      const { outcome } = await send(`http://${host}:${server.port}/`)
      expect(outcome.kind, host).toBe('failed')
    }
    expect(begun).toBe(0)
    expect(server.connections()).toBe(0)
  })

  test('although each of them would reach it: with loopback allowed, they do', async () => {
    const server = await everywhere()
    const send = senderOf(LOOPBACK)
    const reached: string[] = []
    // A translator that turns NAT64 back into IPv4 is another machine.
    for (const host of HOSTS.filter((one) => !one.startsWith('[64:'))) {
      const { outcome } = await send(`http://${host}:${server.port}/`)
      if (outcome.kind === 'succeeded') reached.push(host)
    }
    const spellings = [...spellingsOfIpv4(LOOPBACK_IPV4), ...spellingsOfHost('127.0.0.1')]
    expect(reached).toEqual(expect.arrayContaining([...spellings, ...spellingsOfHost('localhost')]))
    expect(reached).toEqual(expect.arrayContaining(['[::1]', '[::ffff:7f00:1]', 'a.localhost']))
    expect(begun).toBeGreaterThan(0)
    expect(server.connections()).toBeGreaterThan(0)
  })

  test.each([
    'http://example.com@127.0.0.1:PORT/',
    'http://127.0.0.1:PORT#@example.com/',
    'http://127.0.0.1:PORT\\@example.com/',
    'http:\\\\127.0.0.1:PORT\\',
    'http:127.0.0.1:PORT',
    'http:///127.0.0.1:PORT/',
    'http:////127.0.0.1:PORT/',
    ' \t http://127.0.0.1:PORT/',
    'ht\ntp://127.0\t.0.1:PORT/',
    'HTTP://127.0.0.1:PORT/?http://example.com/',
    'http://%6c%6f%63%61%6c%68%6f%73%74:PORT/',
    'http://127.0.0.1%2f@example.com:PORT/',
    'http://0x7f.0x0.0x0.0x1..:PORT/',
    'http://127.0.0.1..:PORT/',
    'http://[::1]:0PORT/',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
    'unix:/var/run/docker.sock:/x',
  ])('by %j', async (pattern) => {
    const server = await everywhere()
    const { outcome } = await senderOf(OPEN_HTTP)(pattern.replace('PORT', String(server.port)))
    expect(outcome.kind).toBe('failed')
    expect(begun).toBe(0)
    expect(server.connections()).toBe(0)
  })

  test('by a redirect', async () => {
    const inside = await everywhere()
    const outside = await serve((_, res) =>
      res.writeHead(307, { location: `http://127.0.0.1:${inside.port}/` }).end(),
    )
    const send = senderOf({ allowNetworks: ['127.0.0.0/8'], allowHttp: true })
    expect((await send(outside.url)).outcome).toMatchObject({ error: { code: 'redirect' } })
    expect(inside.connections()).toBe(0)
  })

  test('by a connection that another policy has left open', async () => {
    const server = await everywhere()
    const url = `http://localhost:${server.port}/`
    expect((await senderOf(LOOPBACK)(url)).outcome.kind).toBe('succeeded')
    expect(server.open.size).toBe(1)
    expect((await senderOf(OPEN_HTTP)(url)).outcome).toMatchObject({ error: { code: 'url_refused' } })
    const named = await senderOf(OPEN_HTTP, answers(['127.0.0.1']))(`http://receiver.test:${server.port}/`)
    expect(named.outcome).toMatchObject({ error: { code: 'blocked_address' } })
    expect(server.connections()).toBe(1)
  })

  test('by a name that was allowed a moment ago', async () => {
    const server = await serve((_, res) => res.setHeader('connection', 'close').end(), '127.0.0.1')
    const allowed = await serve((_, res) => res.setHeader('connection', 'close').end(), '127.0.0.2')
    const policy = { allowNetworks: ['127.0.0.2'], allowHttp: true }
    const times = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2', '127.0.0.1'], ['127.0.0.2']]
    let asked = 0
    const send = senderOf(policy, (...call) => answers(times[asked++] ?? [])(...call))
    const outcomes: string[] = []
    // The same name and port each time, as an attacker's would be.
    for (const _ of times) outcomes.push((await send(`http://receiver.test:${allowed.port}/`)).outcome.kind)
    expect(outcomes).toEqual(['succeeded', 'failed', 'failed', 'succeeded'])
    expect(asked).toBe(4)
    expect(server.connections()).toBe(0)
    expect(allowed.connections()).toBe(2)
  })

  test('by TLS, where the connection turns out to go elsewhere: not a byte is sent', async () => {
    // The kernel takes 0.0.0.0 for loopback, whatever was allowed.
    let bytes = 0
    const closed = Promise.withResolvers<void>()
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        bytes += chunk.length
      })
      socket.on('error', () => {})
      socket.on('close', () => closed.resolve())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const send = senderOf({ allowNetworks: ['0.0.0.0/32'], allowHttp: false })
    const { outcome } = await send(`https://0.0.0.0:${port}/`)
    expect(outcome).toMatchObject({ error: { code: 'blocked_address' } })
    await closed.promise
    expect(bytes).toBe(0)
  })
})

describe('no connection is begun', () => {
  test.each(SPECIAL_PURPOSE.map(({ cidr, name, source }) => ({ cidr, name, source })))(
    'to $cidr ($name)',
    async ({ cidr }) => {
      const { family, value, prefix } = parseCidr(cidr)
      const free = BigInt((family === 4 ? 32 : 128) - prefix)
      const places = [value, value + (1n << free) / 2n, value + (1n << free) - 1n]
      for (const address of new Set(places.map((bits) => (family === 4 ? ipv4(bits) : ipv6(bits))))) {
        for (const shown of family === 4 ? formsOf(address) : [address]) await expectRefused(shown)
      }
      expect(begun).toBe(0)
    },
  )
})

/** An address is refused in a URL, as what a name resolves to, and mixed with public ones. */
async function expectRefused(address: string): Promise<void> {
  const host = address.includes(':') ? `[${address}]` : address
  const tells =
    /is not public: .+\. To allow it, add it to the allowed networks and start ringpost again: RINGPOST_ALLOW_NETWORKS=\S+\.$/
  for (const scheme of ['http', 'https']) {
    const literal = await senderOf(OPEN_HTTP)(`${scheme}://${host}/`)
    expect(literal.outcome, host).toMatchObject({
      error: { code: 'url_refused', message: expect.stringMatching(tells) },
      fault: 'permanent',
      retry: 'never',
    })
  }
  for (const all of [
    [address],
    ['8.8.8.8', address],
    [address, '2606:4700::1'],
    ['8.8.8.8', '1.1.1.1', address],
  ]) {
    const named = await senderOf(OPEN_HTTP, answers(all))('https://receiver.test/')
    expect(named.outcome, all.join()).toMatchObject({
      error: { code: 'blocked_address', message: expect.stringMatching(tells) },
      fault: 'permanent',
    })
  }
}

/** An IPv4 address as it is, and hidden in every form of IPv6 that can carry one. */
function formsOf(address: string): string[] {
  const bits = parseCidr(address).value
  const hex = `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`
  const inverted = BigInt.asUintN(32, ~bits)
  return [
    address,
    ...[`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${address}`, `64:ff9b:1::${hex}`, `2002:${hex}::1`],
    `2001:0:4136:e378:8000:63bf:${(inverted >> 16n).toString(16)}:${(inverted & 0xffffn).toString(16)}`,
    ...[`::ffff:0:${hex}`, `2606:4700::5efe:${hex}`, `2606:4700::200:5efe:${address}`],
  ]
}

function answers(addresses: string[]): Lookup {
  return (_, __, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    )
}

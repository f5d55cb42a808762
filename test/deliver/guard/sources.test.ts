import { expect, onTestFinished, test } from 'vitest'
import { sourceRefusal } from '../../../src/deliver/guard/address.ts'
import { createSourceConnect, type Lookup } from '../../../src/deliver/guard/connector.ts'
import { createListUsers } from '../../../src/elevenlabs/list-users.ts'
import { createAgent } from '../../../src/http/agent.ts'
import { failOnLeaks, serve } from '../../http/support.ts'

failOnLeaks()

test.each([
  ...['8.8.8.8', '2606:4700::1111', '127.0.0.1', '::1', '10.1.2.3', '172.17.0.1', '192.168.1.5'],
  ...['100.64.0.7', '198.18.0.3', 'fd12:3456::1', '::ffff:127.0.0.1', '64:ff9b::a01:203'],
])('a source can be at %s', (address) => {
  expect(sourceRefusal(address)).toBeNull()
})

test.each([
  ...['169.254.169.254', '169.254.1.1', '169.254.170.2', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
  ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  ...['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', 'ff02::1', '255.255.255.255', '240.0.0.1'],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', 'x'],
  // What hides an address of IPv4.
  ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '::169.254.169.254', '2002:a9fe:a9fe::1'],
  ...['64:ff9b:1::a9fe:a9fe', 'fd00::5efe:a9fe:a9fe', 'fe80::5efe:a9fe:a9fe'],
])('no source can be at %s', (address) => {
  expect(sourceRefusal(address)).toMatch(/\w/)
})

/** Asks for users at a URL, as polling does. */
function asking(trustedUrl: string, addresses: string[] = []) {
  const lookup: Lookup = (_, __, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  const agent = createAgent({ connect: createSourceConnect(trustedUrl, { lookup }) })
  onTestFinished(() => agent.close())
  const listUsers = createListUsers({ dispatcher: agent, now: Date.now })
  const rest = { apiKey: 'key', agentId: null, branchId: null, cursor: null }
  return (baseUrl: string) => listUsers({ ...rest, baseUrl })
}

const NOBODY = JSON.stringify({ users: [], has_more: false })
const upstream = () => serve((_, res) => res.end(NOBODY), null)

test('no address where no source can be is asked, by itself or by a name', async () => {
  const { port, connections } = await upstream()
  const refused = /cannot be reached \(.* can be no source: .*this host on this network/
  await expect(asking('https://api.example.com')(`http://0.0.0.0:${port}`)).rejects.toThrow(refused)
  const named = `http://metadata.example:${port}`
  await expect(asking('https://api.example.com', ['0.0.0.0'])(named)).rejects.toThrow(refused)
  await expect(asking('https://api.example.com', ['127.0.0.1', '0.0.0.0'])(named)).rejects.toThrow(refused)
  await expect(
    asking('https://api.example.com', ['169.254.169.254'])('http://metadata.example'),
  ).rejects.toThrow(/cloud metadata/)
  expect(connections()).toBe(0)
})

test('a proxy on this machine is asked, by its address or by a name', async () => {
  const { port } = await upstream()
  const ask = asking('https://api.example.com', ['127.0.0.1'])
  for (const host of ['127.0.0.1', 'localhost', 'proxy.example']) {
    expect((await ask(`http://${host}:${port}`)).rows).toEqual([])
  }
})

test('what the environment names may be anywhere', async () => {
  const { port } = await upstream()
  expect((await asking(`http://0.0.0.0:${port}/proxy`)(`http://0.0.0.0:${port}/proxy`)).rows).toEqual([])
})

test('a page that something else answers with is not quoted', async () => {
  const answers: [number, string, string][] = [
    [500, 'text/html', '<h1>inner page</h1>'],
    [404, 'application/json', '{"error":"inner page"}'],
    [200, 'text/plain', 'inner page'],
  ]
  for (const [status, type, body] of answers) {
    const { url } = await serve((_, res) => res.writeHead(status, { 'content-type': type }).end(body), null)
    const error: unknown = await asking('https://api.example.com')(url).catch((reason: unknown) => reason)
    expect(String(error)).toMatch(new RegExp(`${status}`))
    expect(String(error)).not.toContain('inner')
  }
})

import https from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createGuardedConnect, type Lookup } from '../../../src/deliver/guard/connector.ts'
import type { GuardPolicy } from '../../../src/deliver/guard/url.ts'
import { CERTIFICATE, KEY } from '../../http/certificate.ts'
import {
  AMPLE_MS,
  agentOfTest,
  ask,
  counted,
  failOnLeaks,
  failureOf,
  SHORT_MS,
  serve,
} from '../../http/support.ts'

failOnLeaks()

const OPEN_HTTP: GuardPolicy = { allowNetworks: [], allowHttp: true }
const LOOPBACK: GuardPolicy = { allowNetworks: ['127.0.0.0/8'], allowHttp: false }

function guarded(policy: GuardPolicy, lookup?: Lookup) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const options = { signal: stop.signal, ...(lookup ? { lookup } : {}) }
  return agentOfTest({ connect: createGuardedConnect(policy, options) })
}

/** A lookup that answers with these addresses; counts how often it was asked. */
function resolvesTo(...addresses: string[]): Lookup & { asked: number } {
  const lookup: Lookup & { asked: number } = Object.assign(
    ((_, __, done) => {
      lookup.asked++
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) satisfies Lookup,
    { asked: 0 },
  )
  return lookup
}

describe('a server on loopback is never reached', () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0',
    'localhost',
    'localhost.',
  ]
  test.each([...hosts, 'x.localhost', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::]', '127.0.0.2'])(
    'by http://%s',
    async (host) => {
      const server = await serve((_, res) => res.end('reached'), null)
      const failure = await failureOf(ask(guarded(OPEN_HTTP), { url: `http://${host}:${server.port}/` }))
      expect(failure).toMatchObject({ code: 'blocked_address', phase: 'connect' })
      expect(failure.message).toMatch(/is not public: .+RINGPOST_ALLOW_NETWORKS=/)
      expect(server.connections()).toBe(0)
    },
  )

  test.each([
    ['its address', ['127.0.0.1']],
    ['its mapped address', ['::ffff:127.0.0.1']],
    ['a public one and it', ['8.8.8.8', '127.0.0.1']],
    ['it and a public one', ['127.0.0.1', '8.8.8.8']],
    ['many, of which the last is private', ['8.8.8.8', '2606:4700::1', '1.1.1.1', 'fd00::1']],
    ['cloud metadata', ['169.254.169.254']],
    ['link local with a zone', ['fe80::1%eth0']],
    ['what is no address', ['not an address']],
  ])('by a name that resolves to %s', async (_, addresses) => {
    const server = await serve((_, res) => res.end('reached'))
    const agent = guarded(OPEN_HTTP, resolvesTo(...addresses))
    const failure = await failureOf(ask(agent, { url: `http://receiver.test:${server.port}/` }))
    expect(failure.code).toBe('blocked_address')
    expect(failure.message).toMatch(/^receiver\.test \(.+\) is not public: /)
    expect(server.connections()).toBe(0)
  })
})

test('a server that turns out to be elsewhere is not spoken to', async () => {
  // The kernel takes 0.0.0.0 for loopback, whatever was allowed.
  let spoken = 0
  const server = await serve((_, res) => {
    spoken++
    res.end()
  })
  const agent = guarded({ allowNetworks: ['0.0.0.0/32'], allowHttp: true })
  const failure = await failureOf(ask(agent, { url: `http://0.0.0.0:${server.port}/` }))
  expect(failure).toMatchObject({ code: 'blocked_address', message: expect.stringContaining('(127.0.0.1)') })
  expect(spoken).toBe(0)
})

describe('a name that changes its mind', () => {
  test('is asked once for a connection, and what was checked is what is connected to', async () => {
    const server = await serve((_, res) => res.end('right'))
    const answers = [['127.0.0.1'], ['10.0.0.1']]
    let asked = 0
    const rebinding: Lookup = (...call) => resolvesTo(...(answers[asked++] ?? []))(...call)
    const agent = guarded(LOOPBACK, rebinding)
    const answer = await ask(agent, { url: `http://receiver.test:${server.port}/` })
    expect(answer.body.toString()).toBe('right')
    expect(asked).toBe(1)
  })

  test('is checked again at each connection', async () => {
    const server = await serve((_, res) => res.setHeader('connection', 'close').end())
    let asked = 0
    const rebinding: Lookup = (...call) => resolvesTo(asked++ === 0 ? '127.0.0.1' : '10.0.0.1')(...call)
    const agent = guarded(LOOPBACK, rebinding)
    const url = `http://receiver.test:${server.port}/`
    expect(await ask(agent, { url })).toMatchObject({ status: 200 })
    expect((await failureOf(ask(agent, { url }))).code).toBe('blocked_address')
  })
})

describe('an allowed network is reached', () => {
  test.each(['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost', 'app.localhost.'])(
    'over plain http by %s',
    async (host) => {
      const server = await serve((_, res) => res.end('reached'))
      const answer = await ask(guarded(LOOPBACK), { url: `http://${host}:${server.port}/` })
      expect(answer.body.toString()).toBe('reached')
    },
  )

  test('over plain http by a name that resolves inside', async () => {
    const server = await serve((req, res) => res.end(req.headers.host))
    const agent = guarded(LOOPBACK, resolvesTo('127.0.0.1'))
    const answer = await ask(agent, { url: `http://receiver.test:${server.port}/` })
    expect(answer.body.toString()).toBe(`receiver.test:${server.port}`)
  })

  test('at the second address, where nobody listens at the first', async () => {
    const server = await serve((_, res) => res.end('reached'))
    const agent = guarded(LOOPBACK, resolvesTo('127.0.0.2', '127.0.0.1'))
    const answer = await ask(agent, { url: `http://receiver.test:${server.port}/` })
    expect(answer.body.toString()).toBe('reached')
  })

  test('and a name that resolves outside is not, over plain http', async () => {
    const agent = guarded(LOOPBACK, resolvesTo('8.8.8.8'))
    const failure = await failureOf(ask(agent, { url: 'http://receiver.test/' }))
    expect(failure.code).toBe('blocked_address')
    expect(failure.message).toMatch(
      /^receiver\.test \(8\.8\.8\.8\) is outside RINGPOST_ALLOW_NETWORKS, .+RINGPOST_ALLOW_HTTP=true\.$/,
    )
  })

  test('over TLS under the name that was asked for', async () => {
    const names: string[] = []
    const offered: string[] = []
    const server = await counted(
      https.createServer({
        key: KEY,
        cert: CERTIFICATE,
        ALPNCallback: ({ protocols }) => {
          offered.push(...protocols)
          return 'http/1.1'
        },
        SNICallback: (name, done) => {
          names.push(name)
          done(null)
        },
      }),
    )
    const agent = guarded(LOOPBACK, resolvesTo('127.0.0.1'))
    const failure = await failureOf(ask(agent, { url: `https://receiver.test:${server.port}/` }))
    expect(failure).toMatchObject({ code: 'tls_failed' })
    expect(names).toEqual(['receiver.test'])
    expect(offered).toEqual(['http/1.1'])
  })
})

describe('DNS', () => {
  test('that never answers costs the deadline', async () => {
    const agent = guarded(OPEN_HTTP, () => {})
    const failure = await failureOf(ask(agent, { url: 'http://receiver.test/', deadlineMs: SHORT_MS }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
  })

  test('that answers after all is not listened to', async () => {
    const server = await serve((_, res) => res.end())
    let answer = () => {}
    const agent = guarded(LOOPBACK, (_, __, done) => {
      answer = () => done(null, [{ address: '127.0.0.1', family: 4 }])
    })
    const asked = ask(agent, { url: `http://receiver.test:${server.port}/`, deadlineMs: SHORT_MS })
    expect(await failureOf(asked)).toMatchObject({ code: 'timeout' })
    await agent.destroy()
    answer()
  })

  test('without an address, or with an error, is dns_failed', async () => {
    const none = await failureOf(ask(guarded(OPEN_HTTP, resolvesTo()), { url: 'http://receiver.test/' }))
    expect(none).toMatchObject({
      code: 'dns_failed',
      message: 'The name receiver.test does not exist in DNS.',
    })
    const failing: Lookup = (_, __, done) => done(Object.assign(new Error('x'), { code: 'EAI_AGAIN' }), [])
    expect((await failureOf(ask(guarded(OPEN_HTTP, failing), { url: 'http://receiver.test/' }))).code).toBe(
      'dns_failed',
    )
  })

  test('is not asked for localhost', async () => {
    const server = await serve((_, res) => res.end())
    const lookup = resolvesTo('8.8.8.8')
    const agent = guarded(LOOPBACK, lookup)
    expect(await ask(agent, { url: `http://localhost:${server.port}/` })).toMatchObject({ status: 200 })
    expect(lookup.asked).toBe(0)
  })
})

test('a connection that nobody waits for any more is given up', async () => {
  const connect = createGuardedConnect(LOOPBACK, { lookup: () => {}, timeoutMs: SHORT_MS })
  const agent = agentOfTest({ connect })
  const failure = await failureOf(ask(agent, { url: 'http://receiver.test/', deadlineMs: AMPLE_MS }))
  expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
})

test('the signal gives up the connections that are being made', async () => {
  const stop = new AbortController()
  const begun = Promise.withResolvers<void>()
  const connect = createGuardedConnect(LOOPBACK, { lookup: () => begun.resolve(), signal: stop.signal })
  const agent = agentOfTest({ connect })
  const asked = failureOf(ask(agent, { url: 'http://receiver.test/' }))
  await begun.promise
  stop.abort()
  expect((await asked).code).toBe('aborted')
  expect((await failureOf(ask(agent, { url: 'http://receiver.test/' }))).code).toBe('aborted')
})

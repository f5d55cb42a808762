import { Agent } from 'node:http'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { createAnswerCheck } from './requests/described-answers.ts'
import type { Json } from './requests/from-schema.ts'
import { type Filling, operationsOf, type RandomRequest, randomRequest } from './requests/random-request.ts'
import { type RawAnswer, sendRequest } from './requests/send-request.ts'
import { deliveryOf, startTestApi, TOKEN, userEvent } from './support.ts'

/** `npm run test:requests` asks for more. */
const REQUESTS = Number(process.env.REQUESTS ?? 600)
/** Ids of each kind that are kept in mind; the newest. */
const KEPT = 8

test(
  `${REQUESTS} random requests: no 5xx, and nothing that the document does not say`,
  async () => {
    const { api, document, ids, restore } = await prepared()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const wrongWith = createAnswerCheck(document)
    const tokens: Record<string, string> = {}
    for (const scope of ['read', 'write']) {
      tokens[scope] = (await api.post('/v1/tokens', { name: scope, scopes: [scope] })).json.token
    }
    const seen = new Map<string, Set<number>>()

    await fc.assert(
      fc.asyncProperty(randomRequest(document), async (asked) => {
        const { operation, method } = asked
        await restore(operation.path)
        const { path, target, routed } = targetOf(asked, ids)
        const answer = await sendRequest(agent, api.url, {
          method,
          target,
          headers: [...authorization(asked.token, tokens), ...bodyHeaders(asked), ...asked.headers],
          body: asked.body?.text ?? null,
        })
        const wrong = () => {
          if (answer.status >= 500) {
            const logged = api.lines.filter((line) => line.includes(String(answer.headers['x-request-id'])))
            return `${method} ${path} answered ${answer.status}: ${logged.join('')}`
          }
          if (method === 'HEAD') return answer.text === '' ? null : 'HEAD has a body'
          const item = document.paths[path] as Json
          return routed && method.toLowerCase() in item
            ? wrongWith(path, method.toLowerCase(), {
                ...answer,
                type: answer.headers['content-type'] ?? null,
              })
            : problemWith(answer)
        }
        expect(wrong() ?? alwaysWrong(answer)).toBe(null)
        if (routed && method.toLowerCase() === operation.method) {
          const key = `${operation.method} ${path}`
          seen.set(key, (seen.get(key) ?? new Set()).add(answer.status))
          remember(ids, path, operation.method, target, answer)
        }
      }),
      // What fails is shown as it was: a smaller request of a sequence would meet another state.
      { numRuns: REQUESTS, endOnFailure: true },
    )
    if (REQUESTS >= 5_000) expect(unreached(document, seen)).toEqual([])
  },
  60_000 + 100 * REQUESTS,
)

/** An API with one of everything. */
async function prepared() {
  const api = await startTestApi({}, 300)
  const document = (await api.get('/openapi.json')).json as Json
  await api.addSource('src_default')
  await api.quarantine.add('src_default', [{ row: '{}', reason: 'user_id is missing' }])
  await api.addPolls('src_default', 3)
  const first = { sources: {}, endpoints: { ep_first: { url: 'https://hooks.invalid/' } } }
  await api.configuration.apply(first, { dryRun: false })
  const users = ['u1', '+15550100', 'é/?#%']
  const events = users.map((user) => userEvent('src_default', user))
  /** What is known of the users, and what was told of them. */
  async function fill(): Promise<void> {
    const { eventIndex, state, users: bucketOf } = api.keys.source('src_default')
    const snapshot = packSnapshot(newSnapshot({ count: 1, last_contact: 1, first_contact: 1, epoch: 0 }))
    for (const event of events) {
      if (!(await api.redis.hexists(eventIndex, event.id))) await api.addEvent('src_default', event)
    }
    for (const user of users) await api.redis.hset(bucketOf(user), user, snapshot)
    await api.redis.hset(state, { mode: 'live', known_users: users.length })
    const wanted = events.map((event) => deliveryOf(event, 'src_default'))
    ids.deliveries = [...(await api.log.accept('ep_first', wanted))]
  }
  const ids: Record<string, string[]> = {
    'destination-kinds': ['webhook', 'discord'],
    sources: ['src_default'],
    endpoints: ['ep_first'],
    events: events.map(({ id }) => id),
    deliveries: [],
    tokens: [],
    'event-types': ['user.created'],
    users: users.map(encodeURIComponent),
  }
  await fill()
  let asked = 0

  /** Brings back what requests have deleted or decided, so that those to come still find something. */
  async function restore(path: string): Promise<void> {
    if (path.endsWith('/accept')) {
      const attention = { kind: 'flood', scan: 'head', since: 1, users: 900, message: '900 new users.' }
      await api.redis.hset(api.keys.source('src_default').state, 'attention', JSON.stringify(attention))
    }
    if (!ids.endpoints?.includes('ep_first')) {
      await api.configuration.apply(first, { dryRun: false })
      ids.endpoints?.push('ep_first')
    }
    if (++asked % 100 === 0) await fill()
  }
  return { api, document, ids, restore }
}

/** What a request is sent to, and whether it is still one to the operation's path. */
function targetOf({ operation, fillings, query }: RandomRequest, ids: Record<string, string[]>) {
  const { path } = operation
  const kind = path.split('/')[2] ?? ''
  let routed = true
  let n = 0
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const filling = fillings[n++] as Filling
    const text = 'raw' in filling ? filling.raw : known(name === 'user_id' ? 'users' : kind, filling)
    // A path of another length, or one that cannot be read.
    if (text === '' || /%(?![0-9a-f]{2})|%ff/i.test(text) || text.length > 32_768) routed = false
    return text
  })
  const search = new URLSearchParams(query).toString()
  return { path, routed, target: search === '' ? filled : `${filled}?${search}` }

  function known(of: string, { known: at, wrong }: { known: number; wrong: boolean }): string {
    const list = wrong ? Object.values(ids).flat() : (ids[of] ?? [])
    return list[at % Math.max(1, list.length)] ?? 'x1'
  }
}

function authorization(kind: RandomRequest['token'], tokens: Record<string, string>): [string, string][] {
  switch (kind) {
    case 'none':
      return []
    case 'wrong':
      return [['authorization', 'Bearer wrong']]
    case 'odd':
      return [['authorization', 'Basic é\t']]
    case 'administrator':
      return [['authorization', `Bearer ${TOKEN}`]]
    default:
      return [['authorization', `Bearer ${tokens[kind]}`]]
  }
}

function bodyHeaders({ body }: RandomRequest): [string, string][] {
  return body === null ? [] : [['content-type', body.type]]
}

/** What an answer outside of the document has to be: a problem of the client's. */
function problemWith({ status, headers, text }: RawAnswer): string | null {
  if (status === 204 || (status < 300 && text !== '')) return null
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('application/problem+json')) return `${status} ${type}: ${text}`
  return JSON.parse(text).status === status ? null : `${status} says another status: ${text}`
}

/** What must hold for every answer. */
function alwaysWrong({ headers, text }: RawAnswer): string | null {
  if (headers['x-content-type-options'] !== 'nosniff') return 'no security headers'
  if (!/^req_[0-9a-f]{16}$/.test(String(headers['x-request-id']))) return 'no request id'
  if (text.includes(TOKEN) || /node_modules|at .*\.ts:\d/.test(text)) return `tells what it must not: ${text}`
  return null
}

/** Keeps ids that requests to come are sent to, and lets go of what was deleted. */
function remember(
  ids: Record<string, string[]>,
  path: string,
  method: string,
  target: string,
  { status, text }: RawAnswer,
): void {
  const list = ids[path.split('/')[2] ?? '']
  if (list === undefined) return
  if (method === 'delete' && status === 204) {
    const gone = target.split(/[/?]/)[3] ?? ''
    if (list.includes(gone)) list.splice(list.indexOf(gone), 1)
  }
  if (status !== 201) return
  list.unshift(JSON.parse(text).id)
  // What was there at the beginning stays.
  if (list.length > KEPT) list.splice(KEPT - 2, 1)
}

/** Operations that never succeeded or never refused: requests that get nowhere prove nothing. */
function unreached(document: Json, seen: Map<string, Set<number>>): string[] {
  // For these a secret is needed that no request is given.
  const closed = ['/v1/session', '/v1/sources/{id}/nudge']
  const open = operationsOf(document).filter(({ path }) => !closed.includes(path))
  return open.flatMap(({ path, method }) => {
    const statuses = [...(seen.get(`${method} ${path}`) ?? [])]
    const good = statuses.some((status) => status < 300)
    const bad = statuses.some((status) => status >= 400) || !path.startsWith('/v1')
    return good && bad ? [] : [`${method} ${path}: ${statuses.join(', ')}`]
  })
}

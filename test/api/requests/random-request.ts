import fc from 'fast-check'
import { dates, fromSchema, type Hints, type Json, spoiled } from './from-schema.ts'

/** An operation of the document. */
export interface Operation {
  /** As the document has it, `/v1/sources/{id}`. */
  path: string
  method: string
}

/** What stands in the place of a path's parameter. */
export type Filling =
  /** The n-th of the ids that are known then; of another kind where `wrong`. */
  { known: number; wrong: boolean } | { raw: string }

type Pairs = [name: string, value: string][]

/** A request before it is known which ids there are. */
export interface RandomRequest {
  operation: Operation
  /** Not the operation's own where something odd is tried. */
  method: string
  fillings: Filling[]
  query: Pairs
  token: 'administrator' | 'read' | 'write' | 'none' | 'wrong' | 'odd'
  headers: Pairs
  body: { type: string; text: string } | null
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS']
const BODY_LIMIT = 256 * 1024

const url = fc.oneof(
  // A name that can never be resolved, so that nothing leaves this machine.
  fc.webPath().map((path) => `https://hooks.invalid${path}`),
  fc.constantFrom(
    'http://hooks.invalid',
    'https://127.0.0.1/',
    'https://a:b@hooks.invalid/',
    'https://',
    'ftp://x',
  ),
)
const moment = fc.oneof(
  dates,
  fc.constantFrom(
    '2026-01-01',
    '0',
    '1700000000',
    '-1',
    '99999999999',
    '1700000000000',
    '2026-02-30',
    '+275760-09-13',
  ),
)
const duration = fc
  .tuple(fc.nat(100_000), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', ''))
  .map((at) => at.join(''))

const HINTS: Hints = {
  url,
  base_url: url,
  since: moment,
  until: moment,
  expires_at: fc.oneof(moment, fc.constantFrom('2100-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00')),
  poll_interval: duration,
  overlap: duration,
  returned_after: duration,
  event_types: fc.option(fc.array(fc.constantFrom('user.*', 'user.created', '*', 'nope'), { maxLength: 3 })),
  source_ids: fc.option(fc.constantFrom(['src_default'], ['src_nope'], [])),
  endpoint_ids: fc.constantFrom(['ep_first'], ['ep_nope'], []),
  enrich: fc.constant(false),
  template: fc.constant(null),
  settings: fc.constant({}),
  format: fc.constantFrom('standard', 'cloudevents'),
  kind: fc.constant('webhook'),
  secret: fc.constantFrom(`whsec_${'A'.repeat(43)}=`, `whsec_${'B'.repeat(43)}=`, 'whsec_', 'whsk_AAAA'),
  milestones: fc.option(fc.constantFrom([1, 2, 3], [3, 2], [], [5])),
  event_type: fc.constantFrom('user.created', 'ringpost.test', 'user.removed', 'nope'),
  override: fc.dictionary(
    fc.constantFrom(
      'data.user.user_id',
      'data.change.by',
      'id',
      'timestamp',
      'a..b',
      '__proto__.x',
      'data.user',
    ),
    fc.jsonValue({ maxDepth: 1 }),
  ),
  // Names in records: of sources and endpoints of a configuration, of headers, of paths in a filter.
  '*': fc.oneof(
    fc.constantFrom('src_conf', 'ep_conf', 'ep_first', 'src_default', 'x-a', 'X-A', 'host', 'a b'),
    fc.constantFrom('data.user.user_id', 'type', 'data', '__proto__', 'constructor', 'toString', ''),
  ),
}

const oddText = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '%',
    '%zz',
    '%00',
    '%2f',
    '%2e%2e',
    '%ff',
    'x'.repeat(101),
    'x'.repeat(33_000),
  ),
  fc.constantFrom('__proto__', 'null', 'evt_', 'dlv_x', "'--", '%F0%9F%98%80', '+15550100', '%2B15550100'),
  fc
    .string({ unit: 'binary', maxLength: 40 })
    .filter((one) => one.isWellFormed())
    .map(encodeURIComponent),
)

const filling: fc.Arbitrary<Filling> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ known: fc.nat(50), wrong: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ known: fc.nat(50), wrong: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ raw: oddText }) },
)

const oddHeader = fc.oneof(
  fc.tuple(fc.stringMatching(/^x-[a-z]{1,10}$/), fc.stringMatching(/^[!-~]{0,60}$/)),
  fc.constantFrom<[string, string]>(
    ['origin', 'https://evil.example'],
    ['accept', 'text/html'],
    ['accept-encoding', 'gzip, br'],
    ['content-encoding', 'gzip'],
    ['cookie', 'a=b'],
    ['if-none-match', '*'],
    ['last-event-id', '1-1'],
    ['last-event-id', 'x'],
    ['range', 'bytes=0-1'],
    ['upgrade', 'websocket'],
    ['x-forwarded-for', '::1'],
    ['x-http-method-override', 'DELETE'],
    ['x-request-id', '../../x'],
    ['x-latin', 'é'],
    ['x-long', 'y'.repeat(60_000)],
    ['x-too-long', 'y'.repeat(200_000)],
  ),
)
const idempotencyKey = fc.oneof(
  fc.constantFrom('key-1', 'key-2', '', ' ', 'k'.repeat(255), 'k'.repeat(256), 'é'),
  fc.uuid(),
)

/** Requests to one operation, most of them good or nearly so. */
function requestTo(document: Json, operation: Operation): fc.Arbitrary<RandomRequest> {
  const { path, method } = operation
  const described: Json = document.paths[path][method]
  const parameters: Json[] = described.parameters ?? []
  const inQuery = parameters.filter((one) => one.in === 'query')
  const good = fc
    .record(
      Object.fromEntries(
        inQuery.map(({ name, schema }) => {
          const hint = HINTS[name] ?? fromSchema(document, schema, HINTS)
          return [name, fc.oneof({ weight: 6, arbitrary: hint }, fc.string({ maxLength: 20 }))]
        }),
      ),
      { requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name as never) },
    )
    .map((query) => Object.entries(query).map(([name, value]): Pairs[0] => [name, String(value)]))
  const query = fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 4, arbitrary: fc.constant<Pairs>([]) },
    { weight: 1, arbitrary: good.map((list): Pairs => [...list, ...list]) },
    { weight: 1, arbitrary: good.map((list): Pairs => [...list, ['colour', 'red']]) },
  )
  const usual = method.toUpperCase()
  return fc.record({
    operation: fc.constant(operation),
    method: fc.oneof({ weight: 15, arbitrary: fc.constant(usual) }, fc.constantFrom(...METHODS)),
    fillings: fc.tuple(...[...path.matchAll(/\{\w+\}/g)].map(() => filling)),
    query,
    token: fc.oneof(
      { weight: 14, arbitrary: fc.constant('administrator' as const) },
      fc.constantFrom<RandomRequest['token']>('read', 'write', 'none', 'wrong', 'odd'),
    ),
    headers: fc
      .tuple(
        fc.oneof({ weight: 5, arbitrary: fc.constant<Pairs>([]) }, fc.array(oddHeader, { maxLength: 2 })),
        fc.oneof(
          { weight: 4, arbitrary: fc.constant<Pairs>([]) },
          idempotencyKey.map((key): Pairs => [['idempotency-key', key]]),
        ),
      )
      .map((lists) => lists.flat()),
    body: bodyOf(document, described),
  })
}

function bodyOf(document: Json, described: Json): fc.Arbitrary<RandomRequest['body']> {
  const json = (value: fc.Arbitrary<Json>) =>
    value.map((one) => ({ type: 'application/json', text: JSON.stringify(one) ?? '' }))
  const schema = described.requestBody?.content['application/json'].schema
  const odd = fc.oneof(
    fc.constantFrom(
      { type: 'application/json', text: '' },
      { type: 'application/json', text: '{' },
      { type: 'application/json', text: '\ufeff{}' },
      { type: 'application/json', text: 'null' },
      { type: 'application/json', text: '{"__proto__":{"url":1}}' },
      { type: 'application/json', text: '{"constructor":{"prototype":1}}' },
      { type: 'application/json', text: `${'['.repeat(50_000)}${']'.repeat(50_000)}` },
      { type: 'application/json', text: JSON.stringify({ name: 'x'.repeat(BODY_LIMIT) }) },
      { type: 'application/json', text: JSON.stringify({ filter: { a: ['x'.repeat(200_000)] } }) },
      { type: 'application/json; charset=utf-8', text: '{}' },
      { type: 'application/json; charset=utf-16', text: '{}' },
      { type: 'application/problem+json', text: '{}' },
      { type: 'multipart/form-data', text: 'x' },
      { type: 'text/plain', text: '{}' },
      { type: 'é', text: '{}' },
      { type: '', text: '{}' },
    ),
    json(fc.jsonValue({ maxDepth: 3 })),
  )
  if (schema === undefined) {
    return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd })
  }
  const good = fromSchema(document, schema, HINTS)
  return fc.oneof(
    { weight: 8, arbitrary: json(good) },
    { weight: 4, arbitrary: json(spoiled(good)) },
    { weight: 2, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(null) },
  )
}

/** Requests to every operation of an OpenAPI document, valid and not. */
export function randomRequest(document: Json): fc.Arbitrary<RandomRequest> {
  return fc.oneof(...operationsOf(document).map((operation) => requestTo(document, operation)))
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ path, method })),
  )
}

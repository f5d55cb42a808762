import { type Session, unwrap } from './run.ts'

interface Page<Item> {
  data: Item[]
  next_cursor: string | null
}

/** Every endpoint, page by page. */
export function everyEndpoint(api: Session['api']) {
  return every((query) => unwrap(api.GET('/v1/endpoints', { params: { query } })))
}

/** Every source, page by page. */
export function everySource(api: Session['api']) {
  return every((query) => unwrap(api.GET('/v1/sources', { params: { query } })))
}

/** Every delivery that a query finds, page by page. */
export function everyDelivery(
  api: Session['api'],
  wanted: { endpoint_id: string; status: 'retrying'; since: string; until?: string },
) {
  return every((query) => unwrap(api.GET('/v1/deliveries', { params: { query: { ...wanted, ...query } } })))
}

async function* every<Item>(
  read: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | null = null
  do {
    const page: Page<Item> = await read({ limit: 250, ...(cursor === null ? {} : { cursor }) })
    yield* page.data
    cursor = page.next_cursor
  } while (cursor !== null)
}

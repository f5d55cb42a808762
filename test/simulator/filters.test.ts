import { describe, expect, test } from 'vitest'
import { ids, NOW_SECS, start } from './support.ts'

async function office() {
  const bench = await start()
  const { simulator } = bench
  const at = (hours: number) => NOW_SECS - hours * 3600
  simulator.call({ user_id: 'ann', agent_id: 'agent_a', agent_name: 'Desk', at_unix_secs: at(9) })
  simulator.call({ user_id: 'ann', agent_id: 'agent_b', branch_id: 'br_1', at_unix_secs: at(5) })
  simulator.call({ user_id: 'ann', agent_id: 'agent_a', at_unix_secs: at(3) })
  simulator.call({ user_id: 'bob', agent_id: 'agent_a', branch_id: 'br_1', at_unix_secs: at(7) })
  simulator.call({ user_id: 'cat', agent_id: 'agent_b', at_unix_secs: at(1) })
  return { ...bench, at }
}

const counts = (page: { users: { user_id: string; conversation_count: number }[] }) =>
  page.users.map((row) => [row.user_id, row.conversation_count])

describe('filters apply to conversations, before users are counted', () => {
  test('no filter', async () => {
    const { page, simulator, at } = await office()
    const { users } = await page()
    expect(counts({ users })).toEqual([
      ['cat', 1],
      ['ann', 3],
      ['bob', 1],
    ])
    expect(users[1]).toMatchObject({
      first_contact_unix_secs: at(9),
      last_contact_unix_secs: at(3),
      last_contact_agent_id: 'agent_a',
      last_contact_agent_name: 'Desk',
    })
    expect(simulator.userCount).toBe(3)
  })

  test('agent_id, kept up to date by later calls', async () => {
    const { page, simulator, at } = await office()
    expect(counts(await page({ agent_id: 'agent_a' }))).toEqual([
      ['ann', 2],
      ['bob', 1],
    ])
    const other = await page({ agent_id: 'agent_b' })
    expect(counts(other)).toEqual([
      ['cat', 1],
      ['ann', 1],
    ])
    expect(other.users[1]).toMatchObject({ first_contact_unix_secs: at(5), last_contact_unix_secs: at(5) })
    simulator.call({ user_id: 'bob', agent_id: 'agent_b' })
    expect(counts(await page({ agent_id: 'agent_b' }))).toEqual([
      ['bob', 1],
      ['cat', 1],
      ['ann', 1],
    ])
    expect(counts(await page({ agent_id: 'agent_a' }))).toEqual([
      ['ann', 2],
      ['bob', 1],
    ])
    expect(counts(await page({ agent_id: 'agent_none' }))).toEqual([])
  })

  test('branch_id, and both', async () => {
    const { page } = await office()
    expect(counts(await page({ branch_id: 'br_1' }))).toEqual([
      ['ann', 1],
      ['bob', 1],
    ])
    expect(counts(await page({ branch_id: 'br_1', agent_id: 'agent_a' }))).toEqual([['bob', 1]])
  })

  test('call_start_before_unix and call_start_after_unix', async () => {
    const { page, at } = await office()
    expect(counts(await page({ call_start_after_unix: at(5) }))).toEqual([
      ['cat', 1],
      ['ann', 2],
    ])
    expect(counts(await page({ call_start_before_unix: at(7) }))).toEqual([
      ['bob', 1],
      ['ann', 1],
    ])
    const both = { call_start_after_unix: at(6), call_start_before_unix: at(4) }
    expect(counts(await page(both))).toEqual([['ann', 1]])
  })

  test('seeded users too', async () => {
    const { simulator, page } = await start()
    simulator.seed({ users: 3, count: 4, agentId: 'agent_s', idOf: (i) => `s${i}`, spacingSecs: 10 })
    expect(counts(await page({ agent_id: 'agent_s' }))).toEqual([
      ['s0', 4],
      ['s1', 4],
      ['s2', 4],
    ])
    expect(counts(await page({ agent_id: 'agent_t' }))).toEqual([])
    const recent = await page({ call_start_after_unix: NOW_SECS - 86_400 })
    expect(counts(recent)).toEqual([
      ['s0', 2],
      ['s1', 1],
      ['s2', 1],
    ])
  })

  test('search is exact, under the filters', async () => {
    const { page } = await office()
    expect(counts(await page({ search: 'ann' }))).toEqual([['ann', 3]])
    expect(counts(await page({ search: 'ann', agent_id: 'agent_b' }))).toEqual([['ann', 1]])
    expect(counts(await page({ search: 'Ann' }))).toEqual([])
    expect(counts(await page({ search: 'an' }))).toEqual([])
  })
})

describe('order', () => {
  test.each([
    [{ sort_by: 'last_contact_unix_secs', sort_direction: 'asc' }, ['bob', 'ann', 'cat']],
    [{ sort_by: 'last_contact_unix_secs', sort_direction: 'desc' }, ['cat', 'ann', 'bob']],
    [{ sort_by: 'conversation_count' }, ['ann', 'bob', 'cat']],
    [{ sort_by: 'conversation_count', sort_direction: 'asc' }, ['bob', 'cat', 'ann']],
  ])('%o', async (query, expected) => {
    const { page, scan } = await office()
    expect(ids(await page(query))).toEqual(expected)
    expect(ids(await scan({ ...query, page_size: 1 }))).toEqual(expected)
  })

  test('by average sentiment, unscored users last either way', async () => {
    const { simulator, scan } = await start({ sentiment: true })
    simulator.call({ user_id: 'none' })
    simulator.call({ user_id: 'low', sentiment_score: -0.8 })
    simulator.call({ user_id: 'high', sentiment_score: 0.9 })
    simulator.call({ user_id: 'none2' })
    const query = { sort_by: 'average_sentiment_score', page_size: 1 }
    expect(ids(await scan(query))).toEqual(['high', 'low', 'none', 'none2'])
    const ascending = await scan({ ...query, sort_direction: 'asc' })
    expect(ids(ascending)).toEqual(['low', 'high', 'none', 'none2'])
  })

  test('deployments that ignore or refuse sort_direction', async () => {
    const ignoring = await start({ sortDirection: 'always_asc' })
    ignoring.simulator.seed({ users: 3, idOf: (i) => `u${i}` })
    expect(ids(await ignoring.page({ sort_direction: 'desc' }))).toEqual(['u2', 'u1', 'u0'])
    const newest = await start({ sortDirection: 'always_desc' })
    newest.simulator.seed({ users: 3, idOf: (i) => `u${i}` })
    expect(ids(await newest.page({ sort_direction: 'asc' }))).toEqual(['u0', 'u1', 'u2'])
    const refusing = await start({ sortDirection: 'refused' })
    const response = await refusing.get('/v1/convai/users', { sort_direction: 'desc' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['query', 'sort_direction'] }] })
    expect((await refusing.page()).users).toEqual([])
  })
})

describe('page_size and what is not valid', () => {
  test('30 by default, 1 to 100', async () => {
    const { simulator, page } = await start()
    simulator.seed({ users: 200 })
    expect((await page()).users).toHaveLength(30)
    expect((await page({ page_size: 1 })).users).toHaveLength(1)
    expect((await page({ page_size: 100 })).users).toHaveLength(100)
  })

  test.each([
    ['page_size', '0', 'greater_than_equal'],
    ['page_size', '101', 'less_than_equal'],
    ['page_size', '-1', 'greater_than_equal'],
    ['page_size', 'ten', 'int_parsing'],
    ['page_size', '', 'int_parsing'],
    ['page_size', '1.5', 'int_parsing'],
    ['sort_by', 'name', 'enum'],
    ['sort_direction', 'DESC', 'enum'],
    ['call_start_before_unix', 'yesterday', 'int_parsing'],
    ['call_start_after_unix', '1e9', 'int_parsing'],
  ])('%s=%s is a 422', async (name, value, type) => {
    const { get } = await start()
    const response = await get('/v1/convai/users', { [name]: value })
    expect(response.status).toBe(422)
    const { detail } = (await response.json()) as { detail: unknown[] }
    expect(detail).toEqual([{ loc: ['query', name], msg: expect.any(String), type, input: value }])
  })

  test('all problems at once', async () => {
    const { get } = await start()
    const response = await get('/v1/convai/users', { page_size: 0, sort_by: 'x' })
    expect(((await response.json()) as { detail: unknown[] }).detail).toHaveLength(2)
  })
})

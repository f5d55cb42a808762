import { afterEach, beforeEach, expect, test } from 'vitest'
import { brief, createDetection, type Detection } from './detection.ts'

const AGENT = 'agent_of_this_list'
let d: Detection
beforeEach(async () => {
  d = await createDetection()
})
afterEach(() => d.close())

async function live(over = {}) {
  d.simulator.seed({ users: 50, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600, agentId: AGENT })
  await d.poll(over)
  d.pass(600)
  await d.poll(over)
}
const warnings = async () => (await d.state()).last_poll?.warnings?.map(({ message }) => message)

test.each([0, -1, 946_684_800, null, '', 'never'])(
  'a first-time caller is announced whose first contact reads %j',
  async (first_contact_unix_secs) => {
    await live()
    d.simulator.call({ user_id: 'new' })
    d.simulator.overrideRow('new', { first_contact_unix_secs })
    await d.poll()
    expect(brief(await d.events())).toEqual(['new: user.created 0→1'])
  },
)

test.each([0, -1])('so is one who has called twice since the last poll, where it reads %j', async (first) => {
  await live()
  for (let i = 0; i < 2; i++) d.simulator.call({ user_id: 'new' })
  d.simulator.overrideRow('new', { first_contact_unix_secs: first })
  await d.poll()
  expect(brief(await d.events())).toEqual(['new: user.created 0→2'])
})

test('who is met first and not announced, for the list says that they called before, is counted', async () => {
  await live()
  for (const user_id of ['a', 'a', 'b', 'b', 'b', 'new']) d.simulator.call({ user_id })
  for (const id of ['a', 'b']) d.simulator.overrideRow(id, { first_contact_unix_secs: 946_684_800 })
  await d.poll()
  expect(brief(await d.events())).toEqual(['new: user.created 0→1'])
  expect(await warnings()).toEqual([
    expect.stringMatching(
      /^2 users were met for the first time and not announced, .* before the baseline and again since/,
    ),
  ])
  await d.poll()
  expect(await warnings()).toEqual([])
})

test('to the list of one agent a caller is new who called another one before the baseline', async () => {
  const ofOne = { agentId: AGENT }
  await live(ofOne)
  for (let i = 0; i < 2; i++) d.simulator.call({ user_id: 'moved', agent_id: AGENT })
  d.simulator.overrideRow('moved', { first_contact_unix_secs: d.nowSecs() - 90 * 86_400 })
  await d.poll(ofOne)
  expect(brief(await d.events())).toEqual(['moved: user.created 0→2'])
  expect(await warnings()).toEqual([])
})

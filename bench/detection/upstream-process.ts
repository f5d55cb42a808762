import { createSimulator } from '../../src/simulator/server.ts'
import { benchUserId, DAY_SECS } from './users.ts'

/**
 * The simulator in a process of its own, so that what it costs is not counted as ours. Told `{ users }`;
 * sends its URL once the list has been built.
 */
const { users } = JSON.parse(process.argv[2] ?? '{}') as { users: number }
const simulator = await createSimulator()
simulator.seed({
  users,
  idOf: benchUserId,
  newestUnixSecs: Math.floor(Date.now() / 1000) - DAY_SECS,
  // A page spans over an hour and a half, and the overlap is two minutes.
  spacingSecs: 60,
})
// The list is sorted at its first request, which must not be counted as a page.
await fetch(
  `${simulator.url}/v1/convai/users?page_size=1&sort_by=last_contact_unix_secs&sort_direction=desc`,
  {
    headers: { 'xi-api-key': 'sim_key' },
  },
)
process.send?.({ url: simulator.url })

import { measured } from '../measure.ts'
import { createPoller, type Place } from './poller.ts'

/** One baseline or one full scan in a process of its own; sends what it used and what the poll reported. */
const { full, ...place } = JSON.parse(process.argv[2] ?? '{}') as Place & { full: boolean }
const poller = await createPoller(place)
const used = await measured(() => poller.poll({ full }))
process.send?.(used)
await poller.close()

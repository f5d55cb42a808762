import { KEPT_ENDED } from '../../src/log/bound-deliveries.ts'
import { SOURCE, type World } from './world.ts'

/**
 * The side effects that a run must see, by stage: a script by the name of its file, BullMQ's by theirs. Each has to
 * be died at, so that one which the load no longer reaches fails the run. What a run finds beside them is tried, too.
 */
export const STAGES: Readonly<Record<string, readonly string[]>> = {
  start: ['set', 'put-if-unchanged', 'start-over'],
  poll: ['acquire-lease', 'renew-lease', 'read-buckets', 'read-users', 'request to upstream', 'quarantine'],
  commit: ['commit-page', 'finish-scan', 'accept', 'record-poll'],
  relay: ['read-events', 'accept-deliveries', 'advance', 'append-event'],
  send: ['take-deliveries', 'request to a receiver', 'release-claims', 'hold-pace'],
  record: ['record-attempts', 'record-test', 'note-activity'],
  retry: ['requeue-deliveries', 'list-deliveries', 'hsetnx', 'pexpire', 'hdel'],
  maintenance: ['trim', 'trim-deliveries', 'drop-deliveries', 'forget-quarantined'],
  settings: ['hset', 'multi', 'exec'],
  queues: [
    'bullmq addDelayedJob',
    'bullmq addJobScheduler',
    'bullmq addStandardJob',
    'bullmq getJobScheduler',
    'bullmq moveStalledJobsToWait',
    'bullmq moveToActive',
    'bullmq moveToFinished',
    'bullmq updateJobScheduler',
  ],
}

/** What happens only where there is nothing yet. */
export const AT_FIRST = STAGES.start ?? []

export const stageOf = (effect: string) =>
  Object.keys(STAGES).find((stage) => STAGES[stage]?.includes(effect)) ?? 'other'

/** What makes every stage work: calls, failing receivers, and whatever people ask for. */
export function createFlow(world: World, random: () => number, failing: boolean): () => void {
  let n = 0
  return function step(): void {
    n++
    world.load.call(`caller-${Math.floor(random() * 1_000_000)}`)
    world.load.call(`caller-${n % 20}`)
    // More than may be sent at once, to a receiver that resets: what waits is given back.
    if (n % 14 === 0) callCrowd(world, `crowd-${n}`, 120)
    const [all, too, fresh, often] = world.receivers
    if (failing) {
      all?.behave(n % 4 === 0 ? 'server_error' : 'good')
      too?.behave(n % 7 === 0 ? 'reset' : 'good')
      fresh?.behave(n % 9 < 3 ? 'too_many' : 'good')
      // For as long as from one poll to the next. It is disabled until a person has seen that.
      often?.behave(n % 24 >= 15 ? 'gone' : 'good')
    }
    const ask = (path: string, body: object, method = 'POST') =>
      void world.api(method, path, body).catch(() => undefined)
    const since = new Date(Date.now() - 60_000).toISOString()
    if (n % 5 === 0) ask('/v1/endpoints/ep_often/recover', { since, only: 'undelivered' })
    if (n % 6 === 0) ask(`/v1/sources/${SOURCE}/poll`, { full: n % 12 === 0 })
    if (n % 8 === 0) ask('/v1/endpoints/ep_new', { description: String(n) }, 'PATCH')
    if (n % 9 === 0) ask('/v1/endpoints/ep_new/test', {})
  }
}

/** What brings a side effect about that no load of some seconds does. Called with how many steps there were. */
export const BRINGS_ABOUT: Readonly<Record<string, (world: World, step: number) => void>> = {
  // More newcomers than can be true, whom a person lets through: over a fifth of those who are known.
  accept: (world, step) => {
    if (step === 3) callCrowd(world, `flood-${Date.now()}`, Math.ceil(world.load.users.size * 0.25))
  },
  quarantine: (world, step) => {
    if (step % 10 !== 3) return
    // A row is kept once, so it is another one each time.
    const body = JSON.stringify({ users: [{ user_id: Date.now() }], has_more: false })
    world.simulator.fault({ kind: 'raw', body, times: 1 })
  },
  // As many that have ended as are kept of an endpoint; older than whatever is looked up in the end.
  'drop-deliveries': (world, step) => {
    if (step === 1) void fillLog(world).catch(() => undefined)
  },
}

function callCrowd(world: World, name: string, count: number): void {
  for (let i = 0; i < count; i++) world.load.call(`${name}-${i}`)
}

async function fillLog(world: World): Promise<void> {
  const list = world.keys.endpoint('ep_often').status('succeeded')
  const at = Date.now() - 3_600_000
  for (let from = 0; from < KEPT_ENDED; from += 5_000) {
    const members = Array.from({ length: 5_000 }, (_, i) => [at + from + i, `dlv_of_before_${from + i}`])
    await world.redis.client.zadd(list, ...members.flat())
  }
}

import { diff } from '../../src/detect/diff.ts'
import type { DetectionStore } from '../../src/detect/store.ts'
import { readPage } from '../../src/elevenlabs/read-page.ts'
import { median, rounded } from '../measure.ts'
import { createPoller, type Place } from './poller.ts'
import { call } from './requests.ts'
import { benchUserId } from './users.ts'

/** Milliseconds of one poll, the median of each stage. */
export interface Stages {
  polls: number
  quiet: Record<string, number>
  ten_called: Record<string, number>
}

/**
 * Times polls by stage: what the store and the list are called for is timed where they are called. Parsing and
 * comparing are timed by themselves on the same page, for no seam lies between them and their surroundings.
 */
export async function timeStages(place: Place, polls: number): Promise<Stages> {
  let spent = new Map<string, number>()
  const count = (stage: string, began: number) =>
    spent.set(stage, (spent.get(stage) ?? 0) + performance.now() - began)
  const timed =
    <A extends unknown[], R>(stage: string, run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const began = performance.now()
      return run(...args).finally(() => count(stage, began))
    }
  const poller = await createPoller(place, {
    list: (list) => timed('request and parse', list),
    store: (store): DetectionStore => ({
      ...store,
      acquire: timed('lease', store.acquire),
      release: timed('lease', store.release),
      readState: timed('read state', store.readState),
      readUsersAndEpoch: timed('read snapshots', store.readUsersAndEpoch),
      commitPage(id, token, page) {
        return timed(page.state.set?.last_poll ? 'note' : 'commit', store.commitPage)(id, token, page)
      },
      finishScan: timed('finish', store.finishScan),
    }),
  })
  try {
    await poller.poll()
    const parse = await timeParse(place)
    const compare = await timeCompare(poller, parse.body)
    const quiet = await medians(async () => undefined)
    const ten_called = await medians((n) => call(place, callersOf(n)))
    return { polls, quiet, ten_called }

    async function medians(before: (n: number) => Promise<void>): Promise<Record<string, number>> {
      const all: Map<string, number>[] = []
      for (let n = 0; n < polls; n++) {
        await before(n)
        spent = new Map()
        const began = performance.now()
        const { requests } = await poller.poll()
        spent.set('whole poll', performance.now() - began)
        const both = spent.get('request and parse') ?? 0
        spent.set('request', both - requests * parse.ms)
        spent.set('parse', requests * parse.ms)
        spent.set('compare', requests * compare)
        spent.delete('request and parse')
        all.push(spent)
      }
      const names = [
        'request',
        'parse',
        'lease',
        'read state',
        'read snapshots',
        'compare',
        'commit',
        'finish',
        'note',
      ]
      return Object.fromEntries(
        [...names, 'whole poll'].map((name) => [
          name,
          rounded(median(all.map((one) => one.get(name) ?? 0)), 3),
        ]),
      )
    }
  } finally {
    await poller.close()
  }
}

const REPEAT = 200

function callersOf(n: number): string[] {
  return Array.from({ length: 10 }, (_, i) => benchUserId(100 + ((n * 10 + i) % 800)))
}

async function timeParse(place: Place): Promise<{ body: string; ms: number }> {
  const url = `${place.upstream}/v1/convai/users?page_size=100&sort_by=last_contact_unix_secs&sort_direction=desc`
  const body = await (await fetch(url, { headers: { 'xi-api-key': 'sim_key' } })).text()
  return { body, ms: timeOf(() => readPage(body)) }
}

async function timeCompare(poller: Awaited<ReturnType<typeof createPoller>>, body: string): Promise<number> {
  const { rows } = readPage(body)
  const snapshots = await poller.store.readUsers(
    poller.source.id,
    rows.map((row) => row.user_id),
  )
  const rules = {
    announce: { everyone: true } as const,
    epoch: 0,
    returnedAfterSecs: 30 * 86_400,
    milestones: null,
    sentimentThreshold: null,
    enrich: false,
    fullScan: null,
  }
  return timeOf(() => rows.forEach((row, i) => void diff(row, snapshots[i] ?? null, rules)))
}

/** Milliseconds of one run, the median of many. */
function timeOf(run: () => void): number {
  return median(
    Array.from({ length: REPEAT }, () => {
      const began = performance.now()
      run()
      return performance.now() - began
    }),
  )
}

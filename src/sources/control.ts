import type { Attention } from '../detect/source-state.ts'
import type { SourceInput, SourceRecord, Sources } from './sources.ts'

/**
 * What people do with sources, with what follows from it for their polling: any process with the role `poll`
 * takes a new source up, a paused or deleted one is let go of at once, and a changed one is polled as it is
 * now, although a long scan of what it was may be under way.
 */
export function createSourceControl(deps: {
  sources: Pick<Sources, 'create' | 'patch' | 'delete' | 'get' | 'paceOf'>
  queues: {
    keepPolling: (sourceId: string, intervalMs: number) => Promise<void>
    stopPolls: (sourceId: string) => Promise<void>
    pollNow: (sourceId: string) => Promise<void>
    pollSoon: (sourceId: string) => Promise<void>
  }
  detection: {
    interrupt: (sourceId: string) => Promise<void>
    makeDue: (sourceId: string) => Promise<void>
    accept: (sourceId: string, as: 'events' | 'baseline') => Promise<Attention>
  }
}) {
  const { sources, queues, detection } = deps

  /** At once, and once more soon, for a poll that was just interrupted may still stand in the way. */
  async function pollAgain(id: string): Promise<void> {
    await queues.pollNow(id)
    await queues.pollSoon(id)
  }

  return {
    /** @param id one of its own choice */
    async create(input: SourceInput, id?: string): Promise<SourceRecord> {
      const source = await sources.create(input, id)
      if (!source.paused) await queues.keepPolling(source.id, sources.paceOf(source).intervalMs)
      return source
    },

    async patch(id: string, input: Partial<SourceInput>): Promise<SourceRecord> {
      const { source, before, reconnected } = await sources.patch(id, input)
      if (reconnected || source.paused) await detection.interrupt(id)
      if (source.paused) {
        await queues.stopPolls(id)
        return source
      }
      const { intervalMs } = sources.paceOf(source)
      if (before.paused || intervalMs !== sources.paceOf(before).intervalMs) {
        await queues.keepPolling(id, intervalMs)
      }
      if (before.paused || reconnected) {
        await detection.makeDue(id)
        await pollAgain(id)
      }
      return source
    },

    async delete(id: string): Promise<void> {
      await sources.delete(id)
      await queues.stopPolls(id)
      await detection.interrupt(id)
    },

    /** Carries out a decision about what waits for a person; the next poll acts on it. */
    async accept(id: string, as: 'events' | 'baseline'): Promise<SourceRecord> {
      const source = await sources.get(id)
      await detection.accept(id, as)
      await pollAgain(id)
      return source
    },
  }
}

export type SourceControl = ReturnType<typeof createSourceControl>

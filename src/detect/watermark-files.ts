import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { UnixSecs } from '../types.ts'

const schema = z.object({ identity: z.string(), watermark: z.int() })

/**
 * A small file for each source with the watermark of its last finished poll. When Redis has lost a source's
 * state, the new baseline announces who first called after it: those came during the outage.
 */
export function createWatermarkFiles(dataDir: string) {
  const folder = join(dataDir, 'watermarks')
  const written = new Map<string, string>()
  const file = (sourceId: string) => join(folder, `${encodeURIComponent(sourceId)}.json`)
  return {
    async read(sourceId: string): Promise<z.output<typeof schema> | null> {
      const text = await readFile(file(sourceId), 'utf8').catch(() => null)
      if (text === null) return null
      try {
        return schema.parse(JSON.parse(text))
      } catch {
        // Cut off by a power failure: as good as none.
        return null
      }
    },

    async write(sourceId: string, identity: string, watermark: UnixSecs): Promise<void> {
      const text = JSON.stringify({ identity, watermark })
      if (written.get(sourceId) === text) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const draft = `${file(sourceId)}.${process.pid}.tmp`
      await writeFile(draft, text, { mode: 0o600 })
      await rename(draft, file(sourceId))
      written.set(sourceId, text)
    },

    /** Of a source that is deleted, whose place nobody will ask for. */
    async remove(sourceId: string): Promise<void> {
      written.delete(sourceId)
      await rm(file(sourceId), { force: true })
    },
  }
}

export type WatermarkFiles = ReturnType<typeof createWatermarkFiles>

import { hash } from 'node:crypto'
import { z } from 'zod'
import { RingpostError } from '../errors.ts'

const envelope = z.strictObject({ l: z.string(), f: z.string(), p: z.unknown() })

/**
 * The opaque cursors of one list: a place in it, as base64url of JSON. A cursor knows its list and its
 * filters, so that one which is used with others is refused instead of answering a page of nonsense.
 *
 * @param list names the list
 * @param place what a place is
 */
export function createCursor<Place>(list: string, place: z.ZodType<Place>) {
  const digest = (filters: unknown) => hash('sha256', JSON.stringify(filters)).slice(0, 8)

  return {
    encode(at: Place | null, filters: unknown): string | null {
      if (at === null) return null
      return Buffer.from(JSON.stringify({ l: list, f: digest(filters), p: at })).toString('base64url')
    },

    /**
     * @returns null without a cursor
     * @throws RingpostError `bad_request` where it is not a cursor of this list with these filters
     */
    decode(cursor: string | undefined, filters: unknown): Place | null {
      if (cursor === undefined) return null
      const read = envelope.safeParse(parseJson(cursor))
      if (!read.success || read.data.l !== list) {
        throw refused('is not a next_cursor of this list; leave it out for the first page')
      }
      if (read.data.f !== digest(filters)) {
        throw refused('belongs to other filters; use the filters of the first page, or leave the cursor out')
      }
      const at = place.safeParse(read.data.p)
      if (!at.success) throw refused('is not a next_cursor of this list; leave it out for the first page')
      return at.data
    },
  }
}

function parseJson(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function refused(message: string): RingpostError {
  return new RingpostError('bad_request', `cursor ${message}.`, { fields: [{ path: 'cursor', message }] })
}

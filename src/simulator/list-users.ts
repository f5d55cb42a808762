import { type Answer, type ErrorShape, errorAnswer, json, validationAnswer } from './answers.ts'
import type { Cursors, Reading } from './cursors.ts'
import type { ParsedFault } from './faults.ts'
import { parseUsersQuery } from './query.ts'
import { renderRow } from './row.ts'
import type { Tally } from './tally.ts'
import type { SortDirectionMode } from './types.ts'
import type { World } from './world.ts'

/** `GET /v1/convai/users`, with the faults that a page can have. Other faults leave it as it is. */
export function createListUsers(
  deps: { world: Pick<World, 'view' | 'user'>; cursors: Cursors },
  options: { sentiment: boolean; sortDirection: SortDirectionMode; errorShape: ErrorShape },
): (params: URLSearchParams, fault: ParsedFault | null) => Answer {
  const { world, cursors } = deps

  function page(rows: readonly Tally[], has_more: boolean, cursor: { next_cursor?: string | null }): Answer {
    return json(200, { users: rows.map((tally) => renderRow(tally, options)), has_more, ...cursor })
  }

  function truePage(reading: Reading, size: number, order: 'as_is' | 'reversed' = 'as_is'): Answer {
    const rows = reading.read(size + 1)
    const shown = rows.slice(0, size)
    const has_more = rows.length > size
    const next_cursor = has_more ? reading.cursorBehind(shown) : null
    return page(order === 'reversed' ? shown.toReversed() : shown, has_more, { next_cursor })
  }

  function faultyPage(reading: Reading, size: number, cursor: string | null, fault: ParsedFault): Answer {
    switch (fault.kind) {
      case 'empty_list':
        return page([], false, { next_cursor: null })
      case 'short_list':
        return page(reading.read(Math.min(fault.rows, size)), false, { next_cursor: null })
      case 'empty_page':
        return page([], true, { next_cursor: reading.cursorBehind([]) })
      case 'extra_rows':
        return truePage(reading, size + fault.extra)
      case 'wrong_order':
        return truePage(reading, size, 'reversed')
      case 'next_cursor': {
        const rows = reading.read(size)
        if (fault.value === 'missing') return page(rows, true, {})
        const repeated = () => cursor ?? reading.cursorBehind([])
        const next_cursor = fault.value === 'repeated' ? repeated() : fault.value === 'empty' ? '' : null
        return page(rows, true, { next_cursor })
      }
      default:
        return truePage(reading, size)
    }
  }

  return (params, fault) => {
    const parsed = parseUsersQuery(params, options.sortDirection)
    if ('problems' in parsed) return validationAnswer(parsed.problems)
    const { view: spec, page_size, cursor, search } = parsed.query
    const view = world.view(spec)
    if (fault?.kind === 'expired_cursors') cursors.expireAll()
    const reading = cursors.open(cursor, view, JSON.stringify([spec, search]))
    if (reading === null) {
      const message = 'The cursor is invalid or has expired.'
      return errorAnswer(400, { shape: options.errorShape, code: 'invalid_cursor', message, param: 'cursor' })
    }
    if (search !== null) {
      const user = world.user(search)
      const tally = user === undefined ? null : view.tallyOf(user)
      return page(tally === null ? [] : [tally], false, { next_cursor: null })
    }
    return fault === null ? truePage(reading, page_size) : faultyPage(reading, page_size, cursor, fault)
  }
}

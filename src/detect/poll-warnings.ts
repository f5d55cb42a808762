import { isKeyInClear } from '../elevenlabs/key-in-clear.ts'
import type { ScanResult } from './scan-result.ts'
import type { PollWarning } from './source-state.ts'

/** What a poll has seen that a person should know, in sentences. None of it stopped the poll. */
export function warningsOf(
  total: Pick<ScanResult, 'newestFirst' | 'unreadable' | 'inFuture' | 'lateChanges' | 'calledBefore'>,
  source: { baseUrl: string },
): PollWarning[] {
  const warnings: PollWarning[] = []
  const warn = (code: PollWarning['code'], message: string) => warnings.push({ code, message })
  if (isKeyInClear(source.baseUrl)) {
    warn(
      'key_in_clear',
      `The API key travels unencrypted to ${source.baseUrl}: anybody on the way can read it. Use https there.`,
    )
  }
  if (!total.newestFirst) {
    warn('not_newest_first', 'The upstream list was not newest first, so the whole of it was read.')
  }
  if (total.unreadable > 0) {
    warn(
      'rows_unreadable',
      `${rows(total.unreadable)} could not be read and ${total.unreadable === 1 ? 'was' : 'were'} set aside: GET /v1/sources/:id/quarantine shows them and why.`,
    )
  }
  if (total.inFuture > 0) {
    warn(
      'rows_in_future',
      `${rows(total.inFuture)} had a last contact later than the server's own time. The watermark does not follow them.`,
    )
  }
  if (total.lateChanges > 0) {
    warn(
      'changes_late',
      `${total.lateChanges} change${total.lateChanges === 1 ? '' : 's'} surfaced below the watermark. Where that is usual, the overlap must not be shorter than they are late.`,
    )
  }
  if (total.calledBefore > 0) {
    const one = total.calledBefore === 1
    warn(
      'called_before_baseline',
      `${one ? '1 user was' : `${total.calledBefore.toLocaleString('en-US')} users were`} met for the first time and not announced, for the list says that ${one ? 'they' : 'each of them'} called before the baseline and again since. Where that is usual, the list's first_contact_unix_secs is not what its name says.`,
    )
  }
  return warnings
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`
}

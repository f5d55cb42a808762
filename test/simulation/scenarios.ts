/** What happens in a run, and how often. Shares are from 0 to 1. */
export interface Scenario {
  name: string
  /** Users who are there from the start, at most. */
  users: number
  /** How long a step is, at most (seconds). */
  stepSecs: number
  /** Steps after which nobody polls for up to three hours, while calls go on. */
  outages: number
  /** Calls of one step, at most. */
  calls: number
  /** Of the calls, those of users who never called before. */
  newcomers: number
  /** Calls at the very second of the one before. */
  ties: number
  /** Calls that the list shows later, and by how many seconds at most. */
  late: number
  latestSecs: number
  /** Steps in which a user is deleted, comes back, or loses a conversation. */
  deletions: number
  returns: number
  falls: number
  /** Calls that are dated up to an hour ahead. */
  future: number
  /** Pages that come from an older state of the list, up to two minutes old. */
  stale: number
  /** Polls in which the process dies, or stalls until another has taken over. */
  crashes: number
  /** Steps in which Redis goes back to a backup. */
  restores: number
  /** Pages before which somebody calls. */
  callsBetweenPages: number
  /** Requests that fail, and cursors that are refused. */
  errors: number
  cursors: readonly ('offset' | 'keyset' | 'snapshot')[]
  /** Whether polls of the top alone find everything in the end, without a full scan. */
  topSuffices: boolean
}

const QUIET: Omit<Scenario, 'name'> = {
  users: 60,
  stepSecs: 15,
  outages: 0.003,
  calls: 3,
  newcomers: 0.4,
  ties: 0.1,
  late: 0,
  latestSecs: 0,
  deletions: 0,
  returns: 0,
  falls: 0,
  future: 0,
  stale: 0,
  crashes: 0.2,
  restores: 0,
  callsBetweenPages: 0.05,
  errors: 0.02,
  cursors: ['keyset', 'snapshot', 'offset'],
  topSuffices: true,
}

/** Longer than this a row may be late without being found before the next full scan (seconds). */
export const OVERLAP_SECS = 120

export const SCENARIOS: readonly Scenario[] = [
  { ...QUIET, name: 'busy', calls: 6, callsBetweenPages: 0.3 },
  { ...QUIET, name: 'regulars', users: 250, newcomers: 0.02, outages: 0.04 },
  { ...QUIET, name: 'ties', calls: 6, ties: 0.9 },
  { ...QUIET, name: 'late', late: 0.4, latestSecs: OVERLAP_SECS - 40 },
  { ...QUIET, name: 'very-late', stepSecs: 60, late: 0.3, latestSecs: 7_200, topSuffices: false },
  {
    ...QUIET,
    name: 'deletions',
    stepSecs: 60,
    calls: 5,
    deletions: 0.05,
    returns: 0.04,
    falls: 0.05,
    callsBetweenPages: 0.2,
    cursors: ['offset'],
    topSuffices: false,
  },
  { ...QUIET, name: 'future', future: 0.1 },
  { ...QUIET, name: 'stale', stale: 0.3, topSuffices: false },
  { ...QUIET, name: 'restored', restores: 0.01, topSuffices: false },
]

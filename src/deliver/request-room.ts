/** Requests of one process at a time, about: each holds a socket and what it sends. */
const ALL = 2_000
/** What an endpoint may have whatever the others have. */
const LEAST = 2

/** How many requests there may be. */
export interface RequestRoom {
  /** How many one endpoint may have at the moment. */
  share(): number
  begun(): void
  ended(): void
}

/**
 * Makes the room that all endpoints share: none may have more than what is free. Whoever comes to a full house
 * finds some room all the same, for a hundred endpoints that hang keep a share free that is as large as theirs,
 * and of what is there every endpoint may have a little.
 */
export function createRequestRoom({ all = ALL, least = LEAST } = {}): RequestRoom {
  let underWay = 0
  return {
    share: () => Math.max(least, all - underWay),
    begun() {
      underWay++
    },
    ended() {
      underWay--
    },
  }
}

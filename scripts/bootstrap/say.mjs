/** A set-up step that cannot go on; the message is one plain sentence for the user. */
export class SetupError extends Error {}

/** One line about what is done next. On stderr, so that stdout stays the program's. */
export function say(line) {
  process.stderr.write(`ringpost: ${line}\n`)
}

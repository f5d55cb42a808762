/** Calls of the API that its messages advise, and the commands that make them. */
const COMMANDS: readonly (readonly [call: RegExp, command: string])[] = [
  [/PATCH \/v1\/endpoints\/([^\s/]+) with \{"enabled": true\}/, 'endpoints enable $1'],
  [/POST \/v1\/endpoints\/([^\s/]+)\/test\b/, 'endpoints test $1'],
  [/POST \/v1\/endpoints\/([^\s/]+)\/backfill\b/, 'endpoints backfill $1'],
  [/DELETE \/v1\/endpoints\/([^\s/]+)\/backfill\b/, 'endpoints backfill $1 --stop'],
  [/GET \/v1\/deliveries\/([^\s/.]+)/, 'deliveries show $1'],
  [/GET \/v1\/endpoints(?![\w/])/, 'endpoints list'],
  [/GET \/v1\/sources(?![\w/])/, 'sources list'],
  [/GET \/v1\/tokens(?![\w/])/, 'tokens list'],
  [/POST \/v1\/tokens(?![\w/])/, 'tokens add <name>'],
  [/GET \/v1\/event-types(?![\w/])/, 'trigger --help'],
]

/**
 * The commands that do what a message of the API advises as HTTP calls: the API speaks to programs, and its
 * texts are the same for everybody.
 */
export function commandsFor(message: string): string[] {
  return COMMANDS.flatMap(([call, command]) => {
    const found = call.exec(message)
    return found === null ? [] : [`ringpost ${command.replace('$1', () => found[1] ?? '')}`]
  })
}

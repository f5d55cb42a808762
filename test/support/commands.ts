import { mastersOf, type Redis } from '../../src/redis/client.ts'

/** Notes each command that a connection sends, on whichever server, until it is told to stop. */
export function watchCommands(redis: Redis): { commands: { name: string; args: unknown[] }[]; stop(): void } {
  const commands: { name: string; args: unknown[] }[] = []
  const restore = mastersOf(redis).map((node) => {
    const send = node.sendCommand
    node.sendCommand = (command, stream) => {
      commands.push({ name: command.name, args: command.args })
      return send.call(node, command, stream)
    }
    return () => {
      node.sendCommand = send
    }
  })
  return {
    commands,
    stop: () => {
      for (const one of restore) one()
    },
  }
}

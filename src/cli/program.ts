import { Command } from 'commander'
import { version } from '../version.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addConfigCommands } from './commands/config.ts'
import { addDeliveryCommands } from './commands/deliveries.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEndpointCommands } from './commands/endpoints.ts'
import { addEventCommands } from './commands/events.ts'
import { addListenCommand } from './commands/listen.ts'
import { addMasterKeyCommands } from './commands/master-key.ts'
import { addServerCommands } from './commands/server.ts'
import { addSourceCommands } from './commands/sources.ts'
import { addTokenCommands } from './commands/tokens.ts'
import { addTriggerCommand } from './commands/trigger.ts'
import { addUserCommands } from './commands/users.ts'
import { addVerifyCommand } from './commands/verify.ts'
import { tellWrongUsage } from './failure.ts'

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong usage. */
export function createProgram(): Command {
  const program = new Command('ringpost')
    .description(
      'Webhooks for ElevenLabs voice agents: know when a caller calls for the first time, or again.',
    )
    .version(version)
    .option('--json', 'print JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Most verbs talk to a server that runs: RINGPOST_URL and RINGPOST_API_TOKEN say which, and without them
the one of this machine and this folder is used. "ringpost <verb> --help" has examples.`,
    )
    .configureOutput({ outputError: tellWrongUsage })
    // 2 is wrong usage, 1 is a command that failed.
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

  addServerCommands(program)
  addDoctorCommand(program)
  addSourceCommands(program)
  addEndpointCommands(program)
  addEventCommands(program)
  addDeliveryCommands(program)
  addConfigCommands(program)
  addTriggerCommand(program)
  addListenCommand(program)
  addTokenCommands(program)
  addUserCommands(program)
  addVerifyCommand(program)
  addMasterKeyCommands(program)
  // Last: it completes what is there.
  addCompletionCommand(program)
  return program
}

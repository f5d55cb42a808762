import { Command, InvalidArgumentError } from 'commander'
import { runServer } from '../run-server.ts'
import { runSimulator } from '../simulator/main.ts'
import { version } from '../version.ts'
import { runRotateMasterKey } from './run-rotate-master-key.ts'

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const program = new Command('ringpost')
  .description('Webhooks for ElevenLabs voice agents: know when a caller calls for the first time, or again.')
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  // 2 is wrong usage, 1 is a command that failed.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

program
  .command('serve')
  .description('run the server, as the environment says')
  .addHelpText('after', '\nExample:\n  ELEVENLABS_API_KEY=sk_… ringpost serve')
  .action(() => runServer())

program
  .command('demo')
  .description('run the server on simulated callers, with a receiver that prints each webhook')
  .action(() => runServer({ demo: true }))

program
  .command('simulate')
  .description('run the simulator of the upstream API alone')
  .option('-p, --port <port>', 'port to listen on; 0 picks a free one', wholeNumber, 7465)
  .option(
    '-u, --users <count>',
    'users who are there from the start, beside the callers of the story',
    wholeNumber,
    0,
  )
  .option('-e, --every <ms>', 'how often a call comes in, on average', wholeNumber, 4000)
  .option('-s, --seed <seed>', 'the same seed gives the same callers', wholeNumber, 1)
  .option('--quiet', 'no calls by themselves')
  .option('--json', 'print the address as JSON')
  .addHelpText(
    'after',
    `
Examples:
  ringpost simulate --users 250
  ELEVENLABS_API_KEY=sim_key ELEVENLABS_BASE_URL=http://127.0.0.1:7465 ringpost serve
  curl -X POST http://127.0.0.1:7465/_control/calls -H 'content-type: application/json' -d '{"user_id":"+15550100"}'`,
  )
  .action(
    async (options: {
      port: number
      users: number
      every: number
      seed: number
      quiet?: boolean
      json?: boolean
    }) => {
      const simulator = await runSimulator({
        port: options.port,
        users: options.users,
        newCallerEveryMs: options.every,
        seed: options.seed,
        scenario: options.quiet !== true,
      })
      console.log(
        options.json
          ? JSON.stringify({ url: simulator.url, api_key: 'sim_key' })
          : `The simulator plays GET ${simulator.url}/v1/convai/users for the key "sim_key". Ctrl-C ends it.`,
      )
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => void simulator.close().then(() => process.exit(0)))
      }
    },
  )

program
  .command('master-key')
  .description('the key that encrypts what is secret in Redis')
  .command('rotate')
  .description('replace the master key, and encrypt everything with the new one')
  .option('--json', 'print the result as JSON')
  .addHelpText(
    'after',
    `
A key in the data folder is replaced by a new one; stop ringpost meanwhile. With RINGPOST_MASTER_KEY, set that to
the new key and RINGPOST_MASTER_KEY_PREVIOUS to the old one first. It can be interrupted and run again.

Example:
  ringpost master-key rotate`,
  )
  .action((options: { json?: boolean }) => runRotateMasterKey(options))

await program.parseAsync()

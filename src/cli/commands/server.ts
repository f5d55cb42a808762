import type { Command } from 'commander'
import { cannotListen } from '../cannot-listen.ts'
import { orExit } from '../run.ts'
import { portNumber, positiveNumber, wholeNumber } from '../values.ts'

/**
 * `ringpost serve`, `demo` and `simulate`: what runs until it is stopped. The server is loaded when it is run,
 * since the other verbs need none of it and shells ask for completions at each Tab.
 */
export function addServerCommands(program: Command): void {
  program
    .command('serve')
    .description('run the server, as the environment says')
    .addHelpText('after', '\nExample:\n  ELEVENLABS_API_KEY=sk_… ringpost serve')
    .action(serve)

  program
    .command('demo')
    .description('run the server on simulated callers, with a receiver that prints each webhook')
    .action(() => serve({ demo: true }))

  program
    .command('simulate')
    .description('run the simulator of the upstream API alone')
    .option('-p, --port <port>', 'port to listen on; 0 picks a free one', portNumber, 7465)
    .option(
      '-u, --users <count>',
      'users who are there from the start, beside the callers of the story',
      wholeNumber,
      0,
    )
    .option('-e, --every <ms>', 'how often a call comes in, on average', positiveNumber, 4000)
    .option('-s, --seed <seed>', 'the same seed gives the same callers', wholeNumber, 1)
    .option('--quiet', 'no calls by themselves')
    .addHelpText(
      'after',
      `
Examples:
  ringpost simulate --users 250
  ELEVENLABS_API_KEY=sim_key ELEVENLABS_BASE_URL=http://127.0.0.1:7465 ringpost serve
  curl -X POST http://127.0.0.1:7465/_control/calls -H 'content-type: application/json' -d '{"user_id":"+15550100"}'`,
    )
    .action(simulate)
}

async function serve({ demo }: { demo?: true }): Promise<void> {
  const { runServer } = await import('../../run-server.ts')
  await runServer(demo ? { demo } : {})
}

async function simulate(
  options: { port: number; users: number; every: number; seed: number; quiet?: boolean },
  command: Command,
): Promise<void> {
  const { json } = command.optsWithGlobals<{ json?: boolean }>()
  const { runSimulator } = await import('../../simulator/main.ts')
  await orExit(async () => {
    const simulator = await runSimulator({
      port: options.port,
      users: options.users,
      newCallerEveryMs: options.every,
      seed: options.seed,
      scenario: options.quiet !== true,
    }).catch((error: unknown) => {
      throw cannotListen(error, { host: '127.0.0.1', port: options.port })
    })
    console.log(
      json
        ? JSON.stringify({ url: simulator.url, api_key: 'sim_key' })
        : `The simulator plays GET ${simulator.url}/v1/convai/users for the key "sim_key". Ctrl-C ends it.`,
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void simulator.close().then(() => process.exit(0)))
    }
  })
}

import { readFile } from 'node:fs/promises'
import { text as readText } from 'node:stream/consumers'
import type { Command } from 'commander'
import { whyUnreadable } from '../../config/why-unreadable.ts'
import { verifySignature } from '../../deliver/sign.ts'
import { RingpostError } from '../../errors.ts'
import { isEd25519, parsePublicKey, parseSecret } from '../../secrets/signing-secret.ts'
import { createOutput } from '../output.ts'
import { orExit } from '../run.ts'

/** `ringpost verify`: whether a saved request was signed with a secret, and why not. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify <file>')
    .description('check the signature of a saved webhook; "-" reads it from the standard input')
    .requiredOption('--secret <secret...>', 'the signing secret, or several of them')
    .option('--any-age', 'do not mind how old it is')
    .addHelpText(
      'after',
      `
The file holds the request as it came: header lines, an empty line, and the body, byte for byte. The first
line may be "POST /path HTTP/1.1".

Example:
  ringpost verify request.http --secret whsec_… --any-age`,
    )
    .action((file: string, options: { secret: string[]; anyAge?: boolean }, command: Command) =>
      orExit(async () => {
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        const out = createOutput({ json })
        options.secret.forEach(checkSecret)
        const request = parseRequest(file === '-' ? await readText(process.stdin) : await read(file))
        const result = verifySignature({
          secrets: options.secret,
          headers: {
            id: request.headers['webhook-id'],
            timestamp: request.headers['webhook-timestamp'],
            signature: request.headers['webhook-signature'],
          },
          body: request.body,
          nowSecs: Math.floor(Date.now() / 1000),
          ...(options.anyAge ? { toleranceSecs: Number.POSITIVE_INFINITY } : {}),
        })
        out.answer(result, () =>
          result.ok ? out.style('green', '✓ the signature is right') : out.style('red', `✗ ${result.reason}`),
        )
        if (!result.ok) process.exitCode = 1
      }, command),
    )
}

/** @throws RingpostError `bad_request` where nothing can be verified with it; the message does not repeat it */
function checkSecret(secret: string): void {
  if (isEd25519(secret)) return void parsePublicKey(secret)
  if (secret.startsWith('whsec_')) return void parseSecret(secret)
  const message = 'must begin with whsec_, or with whpk_ (the public key) or whsk_ for Ed25519'
  throw new RingpostError('bad_request', `secret ${message}.`, { fields: [{ path: 'secret', message }] })
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new RingpostError('bad_request', `${file} cannot be read: ${whyUnreadable(cause)}.`, { cause })
  }
}

/** Headers by lower-case name, and the body byte for byte. */
export function parseRequest(text: string): { headers: Record<string, string>; body: string } {
  const [end = '\n\n'] = /\r?\n\r?\n/.exec(text) ?? []
  const cut = text.indexOf(end)
  const head = cut === -1 ? text : text.slice(0, cut)
  const headers: Record<string, string> = {}
  for (const line of head.split(/\r?\n/)) {
    const [, name, value = ''] = /^([!#$%&'*+.^`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name !== undefined) headers[name.toLowerCase()] = value
  }
  return { headers, body: cut === -1 ? '' : text.slice(cut + end.length) }
}

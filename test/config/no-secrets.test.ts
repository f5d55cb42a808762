import fc from 'fast-check'
import { expect, it } from 'vitest'
import { environment } from '../../src/config/schema.ts'
import { variables } from '../../src/config/variable.ts'
import { problemsOf } from './problems.ts'

const NAMES = Object.keys(environment.shape) as (keyof typeof environment.shape)[]
const SECRETS = NAMES.filter((name) => variables.get(environment.shape[name])?.secret === true)

/** A part that occurs in no message by chance. */
const core = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/)

it('knows which variables are secret', () => {
  expect(SECRETS).toEqual([
    'ELEVENLABS_API_KEY',
    'REDIS_URL',
    'RINGPOST_API_TOKEN',
    'RINGPOST_MASTER_KEY',
    'RINGPOST_MASTER_KEY_PREVIOUS',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ])
})

it('never prints the value of a secret variable, however wrong it is', () => {
  const spoiled = core.chain((secret) =>
    fc
      .constantFrom(
        secret,
        `${secret} x`,
        `"${secret}"`,
        `redis://:${secret}#@localhost`,
        `redis://${secret}/x`,
        `http://${secret}`,
        `unix:${secret}`,
      )
      .map((value) => ({ secret, value })),
  )
  fc.assert(
    fc.property(fc.array(spoiled, { minLength: SECRETS.length, maxLength: SECRETS.length }), (values) => {
      const env = Object.fromEntries(SECRETS.map((name, index) => [name, values[index]?.value ?? '']))
      const { message, fields } = problemsOf({ ...env, PORT: 'x', HOST: '0.0.0.0', RINGPOST_DEMO: 'true' })
      expect(message).not.toBe('')
      for (const { secret } of values) expect(message + JSON.stringify(fields)).not.toContain(secret)
    }),
    { numRuns: 300 },
  )
})

it('does not print credentials that stand in a URL where none may be', () => {
  fc.assert(
    fc.property(core, (secret) => {
      for (const name of ['ELEVENLABS_BASE_URL', 'RINGPOST_URL']) {
        for (const value of [
          `https://u:${secret}@host`,
          `https://${secret}@host`,
          `ftp://u:${secret}@host`,
          `u:${secret}@host`,
        ]) {
          const { message } = problemsOf({ [name]: value })
          expect(message).toContain(name)
          expect(message).not.toContain(secret)
        }
      }
    }),
  )
})

it('does not print a secret that was set in another variable by mistake', () => {
  fc.assert(
    fc.property(core, fc.constantFrom(...NAMES), (secret, name) => {
      const asKey = problemsOf({ [name]: `sk_${secret}`, RINGPOST_NO: 'x' })
      expect(asKey.message).not.toContain(secret)
      const asSame = problemsOf({ PORT: `x${secret}`, REDIS_URL: secret })
      expect(asSame.message).not.toContain(secret)
    }),
  )
})

it('does not print the value of a name that it does not know', () => {
  fc.assert(
    fc.property(core, (secret) => {
      expect(problemsOf({ RINGPOST_API_TOKN: secret, RINGPOST_KEY: secret }).message).not.toContain(secret)
    }),
  )
})

it('keeps a problem on its line, whatever is in the value or the name', () => {
  const { lines } = problemsOf({ PORT: 'a\nb', LOG_LEVEL: 'x'.repeat(500), 'RINGPOST_A\nB': '1' })
  expect(lines).toHaveLength(4)
  expect(lines[2]?.length).toBeLessThan(250)
})

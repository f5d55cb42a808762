import { type Finding, ok, problem } from '../../checks/finding.ts'
import { loadEnv } from '../../config/load-env.ts'
import { parseConfig } from '../../config/parse.ts'
import { RULES } from '../../config/rules.ts'
import type { Config } from '../../config/schema.ts'
import { RingpostError } from '../../errors.ts'

type Env = Record<string, string | undefined>

/** The configuration as far as it is right, and what is wrong with it. */
export interface ReadConfiguration {
  /** Without the variables that are wrong; null where nothing can be made of it. */
  config: Config | null
  /** The variables as they are, from the environment and `.env`. */
  env: Env
  /** Whether a variable was left out because it is wrong, so that what goes by it cannot be judged. */
  isWrong(...names: string[]): boolean
  findings: Finding[]
}

/** Reads the configuration, and goes on without what is wrong in it, so that the other checks still tell. */
export function examineConfiguration(cwd: string, processEnv: Env): ReadConfiguration {
  const findings: Finding[] = []
  const wrong = new Set<string>()
  let env: Env = processEnv
  try {
    env = loadEnv(cwd, processEnv)
  } catch (error) {
    findings.push(problem('configuration', messageOf(error), 'Correct the file .env, or move it away.'))
  }
  const all = env
  let config: Config | null = null
  while (config === null) {
    try {
      config = parseConfig(env, cwd)
    } catch (error) {
      const fields = error instanceof RingpostError ? (error.fields ?? []) : []
      const bad = fields.flatMap(({ path }) => toLeaveOut(path, env))
      for (const { path, message } of fields) {
        findings.push(problem('configuration', `${path}: ${message}`, fixOf(path, all)))
        wrong.add(path)
      }
      for (const name of bad) wrong.add(name)
      if (bad.length === 0) break
      env = Object.fromEntries(Object.entries(env).filter(([name]) => !bad.includes(name)))
    }
  }
  if (findings.length === 0) {
    const count = Object.keys(all).filter((name) => /^(RINGPOST|ELEVENLABS)_/.test(name)).length
    findings.push(ok('configuration', `All variables are right (${count} of ringpost's own are set).`))
  }
  return { config, env: all, isWrong: (...names) => names.some((name) => wrong.has(name)), findings }
}

/** The variable itself, or where a rule is broken by others than the one that is told, those. */
function toLeaveOut(path: string, env: Env): string[] {
  const isSet = (name: string) => env[name] !== undefined
  // The problem has the name as it can be printed.
  const own = Object.keys(env).filter((name) => JSON.stringify(name).slice(1, -1) === path)
  if (own.length > 0) return own
  return RULES.filter(({ at }) => at === path).flatMap(({ reads }) => reads.filter(isSet))
}

function fixOf(name: string, env: Env): string {
  return env[name] === undefined
    ? `Set ${name} as in the example.`
    : `Correct ${name} in the environment or in .env, or take it out.`
}

function messageOf(error: unknown): string {
  if (error instanceof RingpostError) return error.message
  throw error
}

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')

export interface Service {
  image: string
  command?: string[]
  environment?: Record<string, string>
  profiles?: string[]
  ports?: string[]
  networks?: string[]
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  restart?: string
  stop_grace_period?: string
  healthcheck?: { test: string[] }
  deploy?: { replicas?: number }
}

export interface Compose {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  networks: Record<string, { internal?: boolean } | null>
}

/**
 * Reads docker-compose.yml as `docker compose config` would with this environment.
 *
 * @throws Error with the file's own sentence where a variable is missing that must be set
 */
export function readCompose(env: Record<string, string>): Compose {
  const filled = text.replace(/^(?!\s*#)(.*)$/gm, (line) =>
    line.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, how, rest) => {
      if (env[name]) return env[name]
      if (how === '?') throw new Error(`${name}: ${rest}`)
      return rest ?? ''
    }),
  )
  return parse(filled, { merge: true }) as Compose
}

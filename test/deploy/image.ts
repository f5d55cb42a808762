import { readFileSync } from 'node:fs'
import { type Dockerfile, DockerfileParser } from 'dockerfile-ast'

const ROOT = new URL('../../', import.meta.url)

export const dockerfileText = readFileSync(new URL('Dockerfile', ROOT), 'utf8')

/** What a container of the image runs, and with which environment. */
export interface Image {
  entrypoint: string[]
  command: string[]
  healthcheck: string[]
  environment: Record<string, string>
  workdir: string
  user: string
}

/** Reads the last stage of the Dockerfile. */
export function readImage(): Image {
  const file: Dockerfile = DockerfileParser.parse(dockerfileText)
  const last = file.getFROMs().at(-1)?.getRange().start.line ?? 0
  const instructions = file.getInstructions().filter((one) => one.getRange().start.line >= last)
  const argumentsOf = (keyword: string) =>
    instructions.findLast((one) => one.getKeyword() === keyword)?.getArgumentsContent() ?? ''
  const health = argumentsOf('HEALTHCHECK')
  return {
    entrypoint: JSON.parse(argumentsOf('ENTRYPOINT')),
    command: JSON.parse(argumentsOf('CMD')),
    healthcheck: JSON.parse(health.slice(health.indexOf('['))),
    environment: Object.fromEntries(
      file
        .getENVs()
        .flatMap((env) => env.getProperties())
        .map((property) => [property.getName(), property.getValue() ?? '']),
    ),
    workdir: argumentsOf('WORKDIR'),
    user: argumentsOf('USER'),
  }
}

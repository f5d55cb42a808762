import type { Logger } from 'pino'
import { RingpostError } from '../errors.ts'
import type { ManagedSource, Sources } from '../sources/sources.ts'
import type { Configuration } from './configuration.ts'
import type { LoadedFile } from './load.ts'
import type { Change } from './plan.ts'

/**
 * Makes what brings in line what the configuration names: the environment's sources, and then what is in the
 * file, which may build on them. The first call does all of it, and later ones what Redis has lost.
 *
 * @returns what became of each that the file names; nothing where it was not looked at
 */
export function createKeepConfigured(deps: {
  sources: Pick<Sources, 'keep' | 'find' | 'release'>
  configuration: Pick<Configuration, 'apply' | 'isThere'>
  /** Those of the environment. */
  managed: readonly ManagedSource[]
  /** Whether what the environment does not name is not named: of the processes that share a Redis, some have no key. */
  isComplete: boolean
  file: Pick<LoadedFile, 'content' | 'refusal'> | null
  logger: Logger
}) {
  const { sources, configuration, file } = deps
  const known = new Set<string>()
  let released = false
  let applied = false

  /** @throws RingpostError `config_invalid` where the file cannot be applied, with places */
  return async function keepConfigured(): Promise<Change[]> {
    for (const source of deps.managed) {
      if (!known.has(source.id) || (await sources.find(source.id)) === null) await sources.keep(source)
      known.add(source.id)
    }
    if (deps.isComplete && !released) await release()
    released = true
    if (file === null || (applied && (await configuration.isThere(file.content)))) return []
    const changes = await applyFile(file)
    applied = true
    for (const { kind, id, action, fields } of changes) {
      if (action !== 'none')
        deps.logger.info({ [kind]: id, action, fields }, 'as the configuration file says')
    }
    return changes
  }

  async function release(): Promise<void> {
    for (const id of await sources.release(deps.managed.map((source) => source.id))) {
      deps.logger.warn(
        { source: id },
        'The environment does not name this source any more. It is polled on with the key that it has, and can be changed and deleted through the API.',
      )
    }
  }

  async function applyFile({ content, refusal }: Pick<LoadedFile, 'content' | 'refusal'>): Promise<Change[]> {
    try {
      return await configuration.apply(content, { dryRun: false })
    } catch (error) {
      if (error instanceof RingpostError && error.code === 'bad_request' && error.fields) {
        throw refusal(error.fields)
      }
      throw error
    }
  }
}

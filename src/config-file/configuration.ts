import { DEFAULT_OVERLAP } from '../api/schemas/endpoint-secret.ts'
import { parseDuration } from '../config/duration.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import type { SourceControl } from '../sources/control.ts'
import type { Sources } from '../sources/sources.ts'
import { type Exported, exportConfiguration } from './export.ts'
import { type Change, type Present, planChanges, type Rotation, type Step } from './plan.ts'
import type { ConfigFile } from './schema.ts'

/**
 * Sources and endpoints as one configuration: brings them in line with a file, and says them as one. There is
 * one way for the start, the API and the command line.
 */
export function createConfiguration(deps: {
  sources: Pick<Sources, 'everKnown' | 'isDemo' | 'list' | 'paceOf' | 'toPoll' | 'nudgeSecret'>
  sourceControl: Pick<SourceControl, 'create' | 'patch'>
  endpoints: Pick<Endpoints, 'list' | 'target' | 'routeOf' | 'create' | 'patch' | 'rotateSecret'>
  checkUrl: (url: string) => void
}) {
  const { sources, sourceControl, endpoints } = deps

  async function presentOf(file: ConfigFile): Promise<Present> {
    const [ofSources, ofEndpoints] = await Promise.all([sources.everKnown(), endpoints.list()])
    return {
      sources: new Map(
        ofSources.map((record) => {
          const apiKey = record.deleted_at === null ? sources.toPoll(record).apiKey : null
          return [record.id, { record, apiKey, nudgeSecret: sources.nudgeSecret(record) }] as const
        }),
      ),
      endpoints: new Map(
        ofEndpoints
          .filter(({ id }) => id in file.endpoints)
          .map((record) => {
            const { headers, secrets } = endpoints.target(record)
            return [record.id, { record, headers, secrets, ...endpoints.routeOf(record) }] as const
          }),
      ),
    }
  }

  async function carryOut(step: Step): Promise<void> {
    if (step.action === 'none') return
    if (step.kind === 'source') {
      if (step.action === 'create') await sourceControl.create(step.input, step.id)
      else await sourceControl.patch(step.id, step.changes)
      return
    }
    if (step.action === 'create') {
      await endpoints.create(step.input, step.id)
      return
    }
    if (Object.keys(step.changes).length > 0) await endpoints.patch(step.id, step.changes)
    if (step.rotation !== null) await rotate(step.id, step.rotation)
  }

  async function rotate(id: string, rotation: Rotation): Promise<void> {
    try {
      await endpoints.rotateSecret(id, { ...rotation, overlapMs: parseDuration(DEFAULT_OVERLAP) })
    } catch (error) {
      // Another process that starts with the same file has done it in between.
      if (!(error instanceof RingpostError) || error.fields?.[0]?.path !== 'secret') throw error
    }
  }

  return {
    /**
     * Creates and updates what the file names, and leaves everything else. Nothing is changed where anything
     * of the file is wrong, and nothing is written for what is as the file says.
     *
     * @throws RingpostError `bad_request` with every problem
     */
    async apply(file: ConfigFile, options: { dryRun: boolean }): Promise<Change[]> {
      const { steps, problems } = planChanges(file, await presentOf(file), {
        isDemo: sources.isDemo,
        paceOf: sources.paceOf,
        checkUrl: deps.checkUrl,
      })
      if (problems[0]) {
        const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see errors)` : ''
        const { path, message } = problems[0]
        throw new RingpostError('bad_request', `${path} ${message}${more}.`, { fields: problems })
      }
      if (!options.dryRun) for (const step of steps) await carryOut(step)
      return steps.map(({ kind, id, action, fields }) => ({ kind, id, action, fields }))
    },

    /** Everything that there is, without what is secret. */
    async export(): Promise<Exported> {
      return exportConfiguration(await sources.list(), await endpoints.list())
    },

    /** Whether everything that the file names is there. */
    async isThere(file: ConfigFile): Promise<boolean> {
      const there = new Set([...(await sources.list()), ...(await endpoints.list())].map(({ id }) => id))
      return [...Object.keys(file.sources), ...Object.keys(file.endpoints)].every((id) => there.has(id))
    },
  }
}

export type Configuration = ReturnType<typeof createConfiguration>

import { z } from 'zod'
import type { Configuration } from '../../config-file/configuration.ts'
import type { Ownership } from '../../config-file/ownership.ts'
import type { ConfigFile } from '../../config-file/schema.ts'
import { RingpostError } from '../../errors.ts'
import type { Api } from '../instance.ts'
import { appliedConfiguration, configurationShown, configurationToApply } from '../schemas/configuration.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

export interface ConfigurationRoutesDeps {
  configuration: Pick<Configuration, 'apply' | 'export'>
  ownership: Pick<Ownership, 'conflicts'>
}

/** Sources and endpoints as one configuration, as a file has it. */
export function addConfigurationRoutes(app: Api, deps: ConfigurationRoutesDeps): void {
  const tags = ['config']

  app.get(
    '/v1/config',
    {
      schema: {
        tags,
        operationId: 'getConfiguration',
        summary: 'Get all sources and endpoints as one configuration, without secrets',
        description: 'What POST /v1/config takes. Applied where it came from, it changes nothing.',
        querystring: z.strictObject({}),
        response: { 200: answer('The configuration', configurationShown), ...problems(...OF_TOKEN) },
      },
    },
    async () => deps.configuration.export(),
  )

  app.post(
    '/v1/config',
    {
      schema: {
        tags,
        operationId: 'applyConfiguration',
        summary: 'Bring sources and endpoints in line with a configuration',
        description:
          'What it names by id is created or updated, and nothing else is touched: a source or an endpoint that it does not name stays, a field that it leaves out too, and null brings the default of a field back. It is checked as a whole first, and nothing changes where anything of it is wrong. Applying it again changes nothing.',
        body: configurationToApply,
        response: {
          200: answer('What has changed, or would', appliedConfiguration),
          ...problems(...OF_TOKEN, ...OF_BODY, 'conflict'),
        },
      },
    },
    async ({ body }) => {
      const { dry_run, ...content } = body
      refuseOwned(content)
      return { dry_run, changes: await deps.configuration.apply(content, { dryRun: dry_run }) }
    },
  )

  /** What the server's own file sets is set there. */
  function refuseOwned(content: ConfigFile): void {
    const fields = (['sources', 'endpoints'] as const).flatMap((kind) =>
      Object.entries(content[kind]).flatMap(([id, entry]) =>
        deps.ownership
          .conflicts(id, entry)
          .map(({ path, message }) => ({ path: `${kind}.${id}.${path}`, message })),
      ),
    )
    if (fields[0]) throw new RingpostError('conflict', `${fields[0].path} ${fields[0].message}.`, { fields })
  }
}

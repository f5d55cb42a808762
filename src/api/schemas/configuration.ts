import { z } from 'zod'
import { namedInFile } from '../../config-file/schema.ts'

const byId = z.record(z.string(), z.record(z.string(), z.unknown()))

export const configurationShown = z
  .object({
    sources: byId.describe('By id: what differs from the defaults, as POST /v1/config takes it.'),
    endpoints: byId.describe('By id, in the same way.'),
    withheld: z
      .array(z.string())
      .describe('Paths of what is secret and therefore not in it: API keys, header values, signing secrets.'),
  })
  .meta({
    id: 'Configuration',
    examples: [
      {
        sources: { src_support: { name: 'Support', poll_interval: '1m' } },
        endpoints: { ep_crm: { url: 'https://crm.example.com/hooks', source_ids: ['src_support'] } },
        withheld: ['sources.src_support.api_key', 'endpoints.ep_crm.secret'],
      },
    ],
  })

export const configurationToApply = z
  .strictObject({
    ...namedInFile,
    dry_run: z.boolean().default(false).describe('Tells what would change, and changes nothing.'),
  })
  .meta({ id: 'ConfigurationToApply' })

export const appliedConfiguration = z
  .object({
    dry_run: z.boolean(),
    changes: z
      .array(
        z.object({
          kind: z.enum(['source', 'endpoint']),
          id: z.string(),
          action: z
            .enum(['create', 'update', 'none'])
            .describe('`none`: it is as the request says, and nothing was written.'),
          fields: z.array(z.string()).describe('What changes of it.'),
        }),
      )
      .describe('One for each source and endpoint that the request names.'),
  })
  .meta({ id: 'AppliedConfiguration' })

import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Api } from './instance.ts'
import { tidyDocument } from './tidy-document.ts'

const DESCRIPTION = `Webhooks for ElevenLabs voice agents: sources are polled, what is new becomes events, and events are delivered to endpoints.

Times in answers are ISO 8601 in UTC; what came from upstream keeps its unit and says so (\`_unix_secs\`). Lists take \`limit\` and \`cursor\` and answer \`next_cursor\`. Errors are \`application/problem+json\`: decide by \`code\`. Answers can gain fields. Every answer has an \`x-request-id\`, which the log has too.`

/** Describes every route that is added after it, from the same schemas that validate, at `GET /openapi.json`. */
export async function addOpenApi(app: Api, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ringpost',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'sources', description: 'What is polled.' },
        { name: 'users', description: 'Who is known at a source.' },
        { name: 'endpoints', description: 'Who is subscribed to what.' },
        { name: 'events', description: 'What has happened.' },
        { name: 'deliveries', description: 'What became of it.' },
        { name: 'health', description: 'For what watches the process.' },
      ],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'The API token, RINGPOST_API_TOKEN.' },
        },
      },
    },
    convertConstToEnum: false,
    transform: jsonSchemaTransform,
    transformObject: (document) => tidyDocument({ ...jsonSchemaTransformObject(document) }),
  })

  let text: string | null = null
  app.get('/openapi.json', { config: { public: true }, schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json').send(text)
  })
}

import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Api } from './instance.ts'
import { tidyDocument } from './tidy-document.ts'

const DOCS = '/docs'
/**
 * All from this host alone. Swagger UI sets styles in its elements, and has pictures within its style sheet. Nothing
 * asks for https: at an address of a private network there is only http, and a browser would get no script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const DESCRIPTION = `Webhooks for ElevenLabs voice agents: sources are polled, what is new becomes events, and events are delivered to endpoints.

Times in answers are ISO 8601 in UTC; what came from upstream keeps its unit and says so (\`_unix_secs\`). Lists take \`limit\` and \`cursor\` and answer \`next_cursor\`. Errors are \`application/problem+json\`: decide by \`code\`. Answers can gain fields. Every answer has an \`x-request-id\`, which the log has too.`

/**
 * Describes every route that is added after it, from the same schemas that validate: `GET /openapi.json`, and
 * for people `/docs`, which loads nothing from another host. Neither needs a token: they say what every
 * ringpost of this version can do, and nothing of this one.
 */
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
        { name: 'config', description: 'Sources and endpoints as one file that can live in git.' },
        { name: 'tokens', description: 'Who may use this API.' },
        { name: 'sessions', description: 'Signing in with a browser.' },
        { name: 'health', description: 'For what watches the process.' },
      ],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'RINGPOST_API_TOKEN, or a token made with POST /v1/tokens.',
          },
        },
      },
    },
    convertConstToEnum: false,
    transform: jsonSchemaTransform,
    transformObject: (document) => tidyDocument({ ...jsonSchemaTransformObject(document) }),
  })

  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(DOCS)) route.config = { ...route.config, public: true }
  })
  await app.register(swaggerUi, {
    routePrefix: DOCS,
    staticCSP: POLICY,
    theme: { title: 'ringpost API' },
    uiConfig: {
      deepLinking: true,
      docExpansion: 'list',
      displayRequestDuration: true,
      tryItOutEnabled: true,
    },
  })

  let text: string | null = null
  app.get('/openapi.json', { config: { public: true }, schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json').send(text)
  })
}

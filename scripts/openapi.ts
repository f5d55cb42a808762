import { registerHooks } from 'node:module'
import { pino } from 'pino'
import { type ApiDeps, createApi } from '../src/api/create-api.ts'

registerHooks({
  resolve(specifier, context, next) {
    const own = new URL('./typescript-api.mjs', import.meta.url).href
    const replaced = specifier === 'typescript' && context.parentURL?.includes('/openapi-typescript/')
    return next(replaced ? own : specifier, context)
  },
})

const HEADER = `/**
 * The types of the HTTP API, generated from its OpenAPI document: \`npm run generate\`. Do not edit.
 */

`

/** The OpenAPI document, of an API that is described and never asked anything. */
export async function openApiDocument(): Promise<Record<string, unknown>> {
  const deps = {
    apiToken: '',
    version: '0',
    deliveryTimeoutMs: 15_000,
    logger: pino({ level: 'silent' }),
    now: Date.now,
  }
  const app = await createApi(deps as unknown as ApiDeps)
  try {
    return JSON.parse((await app.inject({ url: '/openapi.json' })).body)
  } finally {
    await app.close()
  }
}

/** The source of `src/client/schema.ts`. */
export async function renderClientTypes(): Promise<string> {
  const { default: openapiTS, astToString } = await import('openapi-typescript')
  const document = await openApiDocument()
  const ast = await openapiTS(document as unknown as Parameters<typeof openapiTS>[0], {
    defaultNonNullable: false,
  })
  return HEADER + astToString(ast)
}

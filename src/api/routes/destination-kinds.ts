import { z } from 'zod'
import type { PreviewRequest } from '../../endpoints/preview-request.ts'
import { FORMATS, type Kind } from '../../kinds/kind.ts'
import { KIND_NAMES, KINDS } from '../../kinds/kinds.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { destinationKindList, kindParams, preview, previewWish } from '../schemas/destination-kinds.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor('destination-kinds', z.enum(KIND_NAMES))

/** What endpoints there can be, and what would be sent to one. */
export function addDestinationKindRoutes(app: Api, deps: { previewRequest: PreviewRequest }): void {
  const tags = ['endpoints']
  const shown = KIND_NAMES.map((name) => present(KINDS[name]))

  app.get(
    '/v1/destination-kinds',
    {
      schema: {
        tags,
        operationId: 'listDestinationKinds',
        summary: 'List the kinds of destinations, with what each needs',
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Kinds of destinations', destinationKindList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const after = cursor.decode(query.cursor, {})
      const from = after === null ? 0 : KIND_NAMES.indexOf(after) + 1
      const data = shown.slice(from, from + query.limit)
      const next = from + data.length < shown.length ? (KIND_NAMES[from + data.length - 1] ?? null) : null
      return { data, next_cursor: cursor.encode(next, {}) }
    },
  )

  app.post(
    '/v1/destination-kinds/:kind/preview',
    {
      config: { needs: 'read' },
      schema: {
        tags,
        operationId: 'previewDestination',
        summary: 'See what an endpoint would be sent',
        description:
          'Renders the sample of an event type as an endpoint of this kind would get it, also by a template. Nothing is sent or kept.',
        params: kindParams,
        body: previewWish,
        response: {
          200: answer('What would be sent', preview),
          ...problems(...OF_TOKEN, ...OF_BODY),
        },
      },
    },
    async ({ params, body }) =>
      deps.previewRequest({
        kind: params.kind,
        type: body?.event_type ?? 'user.created',
        overrides: body?.override ?? {},
        settings: body?.settings ?? {},
        template: body?.template ?? null,
        format: body?.format ?? 'standard',
      }),
  )
}

/** Settings as an example has them: what has no default stands with its name. */
function placeholders({ fields }: Kind): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, default: value }) => [name, value ?? `(${name})`]))
}

function present(kind: Kind) {
  const { name, title, description, docs, defaults, webhook } = kind
  return {
    kind: name,
    title,
    description,
    docs,
    fields: kind.fields.map(({ name: field, problem: _problem, longest, ...shown }) => ({
      path: field === 'url' ? field : `settings.${field}`,
      ...shown,
      max_length: longest,
    })),
    defaults: { rate_limit: defaults.rate_limit, event_types: defaults.event_types?.slice() ?? null },
    signed: webhook,
    templates: webhook || kind.mapping !== undefined,
    default_template: kind.mapping?.defaults(placeholders(kind)) ?? null,
    formats: webhook ? [...FORMATS] : FORMATS.slice(0, 1),
  }
}

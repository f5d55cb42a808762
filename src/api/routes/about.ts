import type { z } from 'zod'
import type { Api } from '../instance.ts'
import { about } from '../schemas/about.ts'
import { answer, OF_TOKEN, problems } from '../schemas/problem.ts'

export interface AboutRouteDeps {
  about: () => Promise<z.output<typeof about>>
}

/** What this ringpost is, for people who look at it. */
export function addAboutRoute(app: Api, deps: AboutRouteDeps): void {
  app.get(
    '/v1/about',
    {
      schema: {
        tags: ['health'],
        operationId: 'about',
        summary: 'What this ringpost is, and how it is doing',
        response: { 200: answer('What it is', about), ...problems(...OF_TOKEN) },
      },
    },
    () => deps.about(),
  )
}

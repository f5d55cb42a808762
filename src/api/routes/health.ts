import { type FieldError, RingpostError } from '../../errors.ts'
import type { Api } from '../instance.ts'
import { alive, ready } from '../schemas/health.ts'
import { answer, problems } from '../schemas/problem.ts'

export interface HealthRoutesDeps {
  /** Whether Redis answers, and the roles that run in this process. */
  readiness: () => Promise<{ redis: boolean; roles: string[] }>
}

/** For what watches the process; none of it needs a token. */
export function addHealthRoutes(app: Api, deps: HealthRoutesDeps): void {
  const tags = ['health']
  const config = { public: true }

  app.get(
    '/healthz',
    {
      config,
      schema: {
        tags,
        security: [],
        operationId: 'isAlive',
        summary: 'Whether the process is alive',
        response: { 200: answer('It is', alive), ...problems() },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      config,
      schema: {
        tags,
        security: [],
        operationId: 'isReady',
        summary: 'Whether the process can work: Redis answers and its roles run',
        response: { 200: answer('It can', ready), ...problems() },
      },
    },
    async () => {
      const { redis, roles } = await deps.readiness()
      const missing: FieldError[] = []
      if (!redis) missing.push({ path: 'redis', message: 'does not answer' })
      if (roles.length === 0) missing.push({ path: 'roles', message: 'do not run' })
      if (missing.length > 0) {
        const sentence = missing.map(({ path, message }) => `${path} ${message}`).join(', ')
        throw new RingpostError('not_ready', `ringpost cannot work now: ${sentence}.`, { fields: missing })
      }
      return { status: 'ready' as const, roles }
    },
  )
}

import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { setAnswerHeaders } from './answer-headers.ts'
import type { Api } from './instance.ts'
import { sendProblem } from './problems.ts'
import { addHealthRoutes, type HealthRoutesDeps } from './routes/health.ts'
import { addMetricsRoutes, type MetricsRoutesDeps } from './routes/metrics.ts'

/** How long what is being answered may go on when it is closed (ms). */
const CLOSE_GRACE_MS = 1_000

/** What a process without the API answers to those who watch it: /healthz, /readyz and /metrics, without a token. */
export function createHealthApi(
  deps: HealthRoutesDeps & MetricsRoutesDeps & { logger: Logger },
): FastifyInstance {
  const app: Api = fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: 5_000,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(sendProblem)
  app.addHook('onRequest', async (request, reply) => setAnswerHeaders(request, reply))
  app.addHook('preClose', async () => {
    // A connection on which nothing was asked yet would hold the end up.
    setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS).unref()
  })
  addHealthRoutes(app, deps)
  addMetricsRoutes(app, deps)
  return app as unknown as FastifyInstance
}

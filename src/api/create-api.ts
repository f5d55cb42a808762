import { randomBytes } from 'node:crypto'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { setAnswerHeaders } from './answer-headers.ts'
import { createTokenCheck } from './auth.ts'
import type { Api } from './instance.ts'
import { acceptJsonOnly } from './json-body.ts'
import { addOpenApi } from './openapi.ts'
import { sendProblem } from './problems.ts'
import { logRequests } from './request-log.ts'
import { addDeliveryRoutes, type DeliveryRoutesDeps } from './routes/deliveries.ts'
import { addEndpointRoutes, type EndpointRoutesDeps } from './routes/endpoints.ts'
import { addEventTypeRoutes } from './routes/event-types.ts'
import { addEventRoutes, type EventRoutesDeps } from './routes/events.ts'
import { addHealthRoutes, type HealthRoutesDeps } from './routes/health.ts'
import { addMetricsRoutes, type MetricsRoutesDeps } from './routes/metrics.ts'
import { addSourceRoutes, type SourceRoutesDeps } from './routes/sources.ts'
import { addUserRoutes, type UserRoutesDeps } from './routes/users.ts'
import { isOfApi, watchRoutes } from './unrouted.ts'
import { validatorCompiler } from './validate.ts'

const BODY_LIMIT = 256 * 1024
/** Of a user's id, which may be anything. Our own ids are shorter, and are refused with a sentence about the id. */
const LONGEST_PARAM = 32_768
/** Room for such an id in the request line, percent-encoded. */
const MAX_HEADER_BYTES = 128 * 1024
/** How long a client may take to send a request (ms). */
const REQUEST_TIMEOUT_MS = 30_000
const ANSWER_TIMEOUT_MS = 15_000

export type ApiDeps = SourceRoutesDeps &
  UserRoutesDeps &
  EndpointRoutesDeps &
  EventRoutesDeps &
  DeliveryRoutesDeps &
  MetricsRoutesDeps &
  HealthRoutesDeps & {
    /** The bearer token of an administrator. */
    apiToken: string
    version: string
    logger: Logger
    /** How long an answer may take (ms), so that requests do not pile up while Redis is away. */
    answerTimeoutMs?: number
  }

/**
 * The HTTP API, to be told to listen. Routes that are added to it before that are described and need the
 * token too, unless their `config` says `public: true`.
 */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const checkToken = createTokenCheck(deps.apiToken)
  const app: Api = fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => `req_${randomBytes(8).toString('hex')}`,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: deps.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_PARAM, ignoreTrailingSlash: true },
    // What cannot even be routed comes here, past all hooks.
    frameworkErrors: (error, request, reply) => {
      setAnswerHeaders(request, reply)
      const refusal = isOfApi(request.url) ? checkToken(request.headers.authorization) : null
      sendProblem(refusal ?? error, request, reply)
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(sendProblem)
  acceptJsonOnly(app)

  const unrouted = watchRoutes(app)
  app.addHook('onRequest', async (request, reply) => {
    setAnswerHeaders(request, reply)
    const open = request.is404 ? !isOfApi(request.url) : request.routeOptions.config.public === true
    const refusal = open ? null : checkToken(request.headers.authorization)
    if (refusal) throw refusal
    // Before a body is read for nothing.
    if (request.is404) throw unrouted(request, reply)
  })
  logRequests(app)

  await addOpenApi(app, deps.version)
  addSourceRoutes(app, deps)
  addUserRoutes(app, deps)
  addEndpointRoutes(app, deps)
  addEventRoutes(app, deps)
  addEventTypeRoutes(app)
  addDeliveryRoutes(app, deps)
  addHealthRoutes(app, deps)
  addMetricsRoutes(app, deps)
  return app as unknown as FastifyInstance
}

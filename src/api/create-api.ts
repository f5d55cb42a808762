import { randomBytes } from 'node:crypto'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { createPreviewRequest } from '../endpoints/preview-request.ts'
import { RingpostError } from '../errors.ts'
import type { RecordedAnswers } from '../idempotency/recorded-answers.ts'
import type { Scope } from '../tokens/tokens.ts'
import { setAnswerHeaders } from './answer-headers.ts'
import { answerInTime } from './answer-in-time.ts'
import { bearerOfBasic, createAuthenticator, neededFor } from './auth.ts'
import { createCors } from './cors.ts'
import { addIdempotency } from './idempotency.ts'
import type { Api } from './instance.ts'
import { acceptJsonOnly } from './json-body.ts'
import { addOpenApi } from './openapi.ts'
import { sendProblem } from './problems.ts'
import { addQueueBoard, type QueueBoardDeps } from './queue-board.ts'
import { logRequests } from './request-log.ts'
import { type AboutRouteDeps, addAboutRoute } from './routes/about.ts'
import { addBackfillRoutes, type BackfillRoutesDeps } from './routes/backfill.ts'
import { addChecksRoute, type ChecksRouteDeps } from './routes/checks.ts'
import { addConfigurationRoutes, type ConfigurationRoutesDeps } from './routes/configuration.ts'
import { addDashboard } from './routes/dashboard.ts'
import { addDeliveryRoutes, type DeliveryRoutesDeps } from './routes/deliveries.ts'
import { addDestinationKindRoutes } from './routes/destination-kinds.ts'
import { addEndpointOperations, type EndpointOperationsDeps } from './routes/endpoint-operations.ts'
import { addEndpointRoutes, type EndpointRoutesDeps } from './routes/endpoints.ts'
import { addEventTypeRoutes } from './routes/event-types.ts'
import { addEventRoutes, type EventRoutesDeps } from './routes/events.ts'
import { addHealthRoutes, type HealthRoutesDeps } from './routes/health.ts'
import { addMetricsRoutes, type MetricsRoutesDeps } from './routes/metrics.ts'
import { addNudgeRoute, type NudgeRouteDeps } from './routes/nudge.ts'
import { addNudgeSecretRoute, type NudgeSecretRouteDeps } from './routes/nudge-secret.ts'
import { addSessionRoutes, type SessionRoutesDeps } from './routes/sessions.ts'
import { addSourcePollRoutes, type SourcePollRoutesDeps } from './routes/source-polls.ts'
import { addSourceRoutes, type SourceRoutesDeps } from './routes/sources.ts'
import { addStreamRoute, type StreamRoutesDeps } from './routes/stream.ts'
import { addTokenRoutes, type TokenRoutesDeps } from './routes/tokens.ts'
import { addUserRoutes, type UserRoutesDeps } from './routes/users.ts'
import { credentialsOf } from './session-cookie.ts'
import { createUnreadableAnswer } from './unreadable-requests.ts'
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
/** How long what is being answered may go on when the API is closed (ms). */
const CLOSE_GRACE_MS = 2_000

const newRequestId = () => `req_${randomBytes(8).toString('hex')}`

export type ApiDeps = SourceRoutesDeps &
  SourcePollRoutesDeps &
  NudgeRouteDeps &
  NudgeSecretRouteDeps &
  EndpointRoutesDeps &
  EndpointOperationsDeps &
  BackfillRoutesDeps &
  EventRoutesDeps &
  DeliveryRoutesDeps &
  ConfigurationRoutesDeps &
  TokenRoutesDeps &
  SessionRoutesDeps &
  AboutRouteDeps &
  ChecksRouteDeps &
  StreamRoutesDeps &
  UserRoutesDeps &
  MetricsRoutesDeps &
  QueueBoardDeps &
  HealthRoutesDeps & {
    /** The bearer token of an administrator. */
    apiToken: string
    version: string
    logger: Logger
    /** What requests with an Idempotency-Key were answered. */
    recordedAnswers: RecordedAnswers
    /** Whose pages may use the API from a browser; none where it is left out. */
    corsOrigins?: readonly string[]
    /** Wrong tokens that one address may try in a minute. */
    failedAttempts?: number
    /** How long an answer may take (ms), so that requests do not pile up while Redis is away. */
    answerTimeoutMs?: number
  }

/**
 * The HTTP API, to be told to listen. Routes that are added to it before that are described and need the
 * token too, unless their `config` says `public: true`.
 */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const authenticate = createAuthenticator(deps)
  const callerOf = (request: FastifyRequest, needs: Scope | 'administrator') => {
    const sent = credentialsOf(request)
    const { basic } = request.routeOptions.config
    const authorization = basic ? bearerOfBasic(sent.authorization) : sent.authorization
    return authenticate({ ...sent, authorization, needs })
  }
  const cors = createCors(deps.corsOrigins ?? [])
  const app: Api = fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: newRequestId,
    clientErrorHandler: createUnreadableAnswer({ newRequestId, logger: deps.logger }),
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: deps.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_PARAM, ignoreTrailingSlash: true },
    // What cannot even be routed comes here, past all hooks.
    frameworkErrors: (error, request, reply) => {
      setAnswerHeaders(request, reply)
      if (cors(request, reply)) return
      if (!isOfApi(request.url)) {
        sendProblem(error, request, reply)
        return
      }
      callerOf(request, 'read').then(
        (caller) => sendProblem(caller instanceof RingpostError ? caller : error, request, reply),
        (failure: unknown) => sendProblem(failure, request, reply),
      )
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(sendProblem)
  app.decorateRequest('caller', null)
  acceptJsonOnly(app)

  const unrouted = watchRoutes(app)
  app.addHook('onRequest', async (request, reply) => {
    setAnswerHeaders(request, reply)
    if (cors(request, reply)) return reply
    const { config } = request.routeOptions
    const open = request.is404 ? !isOfApi(request.url) : config.public === true
    if (!open) {
      const caller = await callerOf(request, request.is404 ? 'read' : neededFor(request))
      if (caller instanceof RingpostError) throw caller
      request.caller = caller
    }
    // Before a body is read for nothing.
    if (request.is404) throw unrouted(request, reply)
  })
  logRequests(app)
  answerInTime(app)
  app.addHook('preClose', async () => {
    // A connection on which nothing was asked yet, as browsers keep them, would hold the end up for a minute.
    setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS).unref()
  })

  await addOpenApi(app, deps.version)
  addIdempotency(app, deps.recordedAnswers)
  addSourceRoutes(app, deps)
  addSourcePollRoutes(app, deps)
  addNudgeRoute(app, deps)
  addNudgeSecretRoute(app, deps)
  addUserRoutes(app, deps)
  addEndpointRoutes(app, deps)
  addEndpointOperations(app, deps)
  addBackfillRoutes(app, deps)
  addDestinationKindRoutes(app, { previewRequest: createPreviewRequest({ now: deps.now }) })
  addEventRoutes(app, deps)
  addEventTypeRoutes(app)
  addDeliveryRoutes(app, deps)
  addStreamRoute(app, {
    ...deps,
    isStillAllowed: async (request) =>
      !((await callerOf(request, neededFor(request))) instanceof RingpostError),
  })
  addConfigurationRoutes(app, deps)
  addTokenRoutes(app, deps)
  addSessionRoutes(app, {
    sessions: deps.sessions,
    now: deps.now,
    refusalOf: async (token, address) => {
      const caller = await authenticate({
        authorization: `Bearer ${token}`,
        session: undefined,
        ownPage: true,
        address,
        needs: 'read',
      })
      return caller instanceof RingpostError ? caller : null
    },
  })
  addHealthRoutes(app, deps)
  addMetricsRoutes(app, deps)
  await addQueueBoard(app, deps)
  addAboutRoute(app, deps)
  addChecksRoute(app, deps)
  addDashboard(app)
  return app as unknown as FastifyInstance
}

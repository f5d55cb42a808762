import { errorCodes, type FastifyBaseLogger, type FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its body is being read: what fails then is the client's. */
    readsBody: boolean
  }
}

/**
 * Answers that a request with a body could not be answered in time. Fastify's own `handlerTimeout` ends with
 * the request's `close`, which Node emits as soon as a body has been read: those with one would wait for ever.
 */
export function answerInTime(app: FastifyInstance): void {
  const timers = new WeakMap<object, NodeJS.Timeout>()

  app.decorateRequest('readsBody', false)
  app.addHook('preParsing', async (request) => {
    request.readsBody = true
  })

  app.addHook('preValidation', async (request, reply) => {
    request.readsBody = false
    const { handlerTimeout } = request.routeOptions
    if (request.body === undefined || !(handlerTimeout > 0)) return
    const timer = setTimeout(() => {
      if (reply.sent || reply.raw.headersSent) return
      void reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(handlerTimeout, request.routeOptions.url))
    }, handlerTimeout)
    timers.set(request, timer)
  })

  app.addHook('onError', async (_request, reply, error) => {
    if (error.code === 'FST_ERR_HANDLER_TIMEOUT') reply.log = withoutLateAnswers(reply.log)
  })

  app.addHook('onResponse', async (request) => {
    clearTimeout(timers.get(request))
  })
}

/**
 * The same logger, but Fastify's warning that an answer was given already is left out: a handler goes on behind
 * the answer that its time was over, and comes to its own in the end.
 */
function withoutLateAnswers(log: FastifyBaseLogger): FastifyBaseLogger {
  const warn = (fields: unknown, ...rest: unknown[]) => {
    if (!isLateAnswer(fields)) Reflect.apply(log.warn, log, [fields, ...rest])
  }
  return Object.create(log, { warn: { value: warn } }) as FastifyBaseLogger
}

function isLateAnswer(fields: unknown): boolean {
  const { err } = (fields ?? {}) as { err?: { code?: string } }
  return err?.code === 'FST_ERR_REP_ALREADY_SENT'
}

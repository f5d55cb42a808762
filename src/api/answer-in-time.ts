import { errorCodes, type FastifyInstance } from 'fastify'

/**
 * Answers that a request with a body could not be answered in time. Fastify's own `handlerTimeout` ends with
 * the request's `close`, which Node emits as soon as a body has been read: those with one would wait for ever.
 */
export function answerInTime(app: FastifyInstance): void {
  const timers = new WeakMap<object, NodeJS.Timeout>()

  app.addHook('preValidation', async (request, reply) => {
    const { handlerTimeout } = request.routeOptions
    if (request.body === undefined || !(handlerTimeout > 0)) return
    const timer = setTimeout(() => {
      if (reply.sent || reply.raw.headersSent) return
      void reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(handlerTimeout, request.routeOptions.url))
    }, handlerTimeout)
    timers.set(request, timer)
  })

  app.addHook('onResponse', async (request) => {
    clearTimeout(timers.get(request))
  })
}

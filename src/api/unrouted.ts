import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RingpostError } from '../errors.ts'

/** Whether a URL is one of the API, be there a route or not. */
export function isOfApi(url: string): boolean {
  return /^\/v1(?:[/?#]|$)/.test(url)
}

/**
 * Notes every route that is added after it, to tell "no such path" from "not with this method".
 *
 * @returns a function that gives the error for a request that no route took, and sets `Allow`
 */
export function watchRoutes(
  app: FastifyInstance,
): (request: FastifyRequest, reply: FastifyReply) => RingpostError {
  const routes: { method: string; segments: string[] }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, segments: url.split('/') })
  })

  return (request, reply) => {
    const { method } = request
    const path = request.url.split('?', 1)[0] ?? ''
    const segments = withoutSlashes(path).split('/')
    const allow = routes.filter((route) => fits(route.segments, segments)).map((route) => route.method)
    if (allow.length === 0) {
      return new RingpostError(
        'not_found',
        `There is nothing at ${path.slice(0, 200)}. GET /openapi.json tells what there is.`,
      )
    }
    void reply.header('allow', allow.join(', '))
    return new RingpostError('method_not_allowed', `${method} is not possible here, but ${allow.join(', ')}.`)
  }
}

/** As the router reads a path. Not by a pattern, which would take long over a path of nothing but slashes. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end--
  return path.slice(0, end)
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
  )
}

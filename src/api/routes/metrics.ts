import type { Metrics } from '../../metrics/create-metrics.ts'
import type { Api } from '../instance.ts'

export interface MetricsRoutesDeps {
  metrics: Pick<Metrics, 'scrape' | 'contentType'>
}

/** For Prometheus; needs no token, and says nothing that would need one. */
export function addMetricsRoutes(app: Api, deps: MetricsRoutesDeps): void {
  app.get('/metrics', { config: { public: true }, schema: { hide: true } }, async (_request, reply) => {
    const text = await deps.metrics.scrape()
    return reply.type(deps.metrics.contentType).send(text)
  })
}

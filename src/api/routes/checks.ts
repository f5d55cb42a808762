import type { Finding } from '../../checks/finding.ts'
import type { Api } from '../instance.ts'
import { checks } from '../schemas/checks.ts'
import { answer, OF_TOKEN, problems } from '../schemas/problem.ts'

export interface ChecksRouteDeps {
  readChecks: () => Promise<Finding[]>
}

/** What this process stands on: `ringpost doctor` and the dashboard show it. */
export function addChecksRoute(app: Api, deps: ChecksRouteDeps): void {
  app.get(
    '/v1/checks',
    {
      schema: {
        tags: ['health'],
        operationId: 'checks',
        summary: 'Check the data folder, configuration file, Redis, master key and clock',
        description:
          'Of the process that answers. It changes nothing. How sources and endpoints are is told by their own lists.',
        response: { 200: answer('What was found', checks), ...problems(...OF_TOKEN) },
      },
    },
    async () => ({ checks: await deps.readChecks() }),
  )
}

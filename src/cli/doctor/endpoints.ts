import { type Finding, ok, problem, warning } from '../../checks/finding.ts'
import { lastError } from '../../client/last-error.ts'
import type { GuardPolicy } from '../../deliver/guard/url.ts'
import { maskUrl } from '../../deliver/mask-url.ts'
import { everyEndpoint } from '../every.ts'
import { type Session, unwrap } from '../run.ts'
import { examineUrl, isN8nTest } from './reach.ts'

type Api = Session['api']
type Listed = ReturnType<typeof everyEndpoint> extends AsyncGenerator<infer Item> ? Item : never

/**
 * Whether the endpoints of a running server can be delivered to.
 *
 * @param options.policy null where the server is on another machine: then nothing is tried from here
 * @param options.sendTests has each be sent a `ringpost.test`
 */
export async function examineEndpoints(
  api: Api,
  options: { policy: GuardPolicy | null; sendTests: boolean },
): Promise<Finding[]> {
  const all: Listed[] = []
  for await (const endpoint of everyEndpoint(api)) all.push(endpoint)
  if (all.length === 0) {
    return [
      warning(
        'endpoints',
        'The server has no endpoint, so nobody is told anything.',
        'ringpost endpoints add <url>, or ringpost listen for a receiver here.',
      ),
    ]
  }
  return (await Promise.all(all.map((endpoint) => examineEndpoint(api, endpoint, options)))).flat()
}

async function examineEndpoint(
  api: Api,
  endpoint: Listed,
  options: { policy: GuardPolicy | null; sendTests: boolean },
): Promise<Finding[]> {
  const { id, enabled, url, disabled_reason, health } = endpoint
  const check = `endpoint ${id}`
  if (!enabled) {
    const message = `It is disabled, so what comes is skipped. ${disabled_reason ?? ''}`.trim()
    return [warning(check, message, `When it is mended: ringpost endpoints enable ${id}`)]
  }
  const findings: Finding[] = []
  if (health.failing_since !== null) {
    findings.push(
      problem(
        check,
        `It has been failing since ${health.failing_since}. ${(await lastError(api, id)) ?? ''}`.trim(),
        `Mend that. What is pending or retrying is then sent by itself, as the retry schedule has it; what has failed for good or was skipped is sent again by: ringpost endpoints recover ${id} --since ${health.failing_since}`,
      ),
    )
  }
  if (options.policy !== null) findings.push(...(await examineUrl(check, url, options.policy)))
  else if (isN8nTest(new URL(url))) {
    findings.push(
      warning(check, 'This is a test URL of n8n.', "Use the webhook node's production URL (/webhook/)."),
    )
  }
  if (options.sendTests) findings.push(await sendTest(api, check, id))
  const named = findings.map((finding) => ({ ...finding, message: `${maskUrl(url)}: ${finding.message}` }))
  // That something takes connections is no news beside what is wrong.
  const bad = named.filter(({ status }) => status !== 'ok')
  return bad.length > 0
    ? bad
    : named.length > 0
      ? named.slice(-1)
      : [ok(check, `${maskUrl(url)} is healthy.`)]
}

async function sendTest(api: Api, check: string, id: string): Promise<Finding> {
  const delivery = await unwrap(api.POST('/v1/endpoints/{id}/test', { params: { path: { id } } }))
  const [attempt] = delivery.attempts
  if (delivery.error === null) {
    return ok(
      check,
      `It took a test, and answered ${attempt?.response?.status} in ${attempt?.duration_ms} ms.`,
    )
  }
  return problem(check, `A test failed. ${delivery.error.message}`, `ringpost deliveries show ${delivery.id}`)
}

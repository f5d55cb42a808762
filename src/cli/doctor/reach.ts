import { type Finding, ok, problem, warning } from '../../checks/finding.ts'
import { createGuardedConnect } from '../../deliver/guard/connector.ts'
import { checkUrl, type GuardPolicy } from '../../deliver/guard/url.ts'
import { RingpostError } from '../../errors.ts'
import { explainError } from '../../http/explain-error.ts'
import type { HttpFailureCode } from '../../http/http-failure.ts'

const PATIENCE_MS = 5_000

/**
 * Whether webhooks can be sent to a URL: the guard lets it pass, its name resolves, and something takes the
 * connection. Nothing is sent over it.
 */
export async function examineUrl(check: string, text: string, policy: GuardPolicy): Promise<Finding[]> {
  let url: URL
  try {
    url = checkUrl(text, policy)
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    return [problem(check, error.message, fixOfRefusal(error.message))]
  }
  const hint = isN8nTest(url)
    ? [
        warning(
          check,
          'This is a test URL of n8n, which listens only while "Listen for test event" is pressed in its editor.',
          'Use the production URL of the webhook node (/webhook/ in place of /webhook-test/), and activate the workflow.',
        ),
      ]
    : []
  return [...hint, await connect(check, url, policy)]
}

/** n8n's webhook nodes have two URLs: https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.webhook/ */
export function isN8nTest(url: URL): boolean {
  return /(^|\/)webhook-test\//.test(url.pathname)
}

function connect(check: string, url: URL, policy: GuardPolicy): Promise<Finding> {
  const connector = createGuardedConnect(policy, { timeoutMs: PATIENCE_MS })
  const { hostname, host, protocol, port } = url
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return new Promise((resolve) => {
    const late = setTimeout(
      () => done(problem(check, `${host} did not answer in time.`, FIXES.timeout)),
      PATIENCE_MS,
    )
    const done = (finding: Finding) => {
      clearTimeout(late)
      resolve(finding)
    }
    connector({ hostname: bare, host, protocol, port }, (error, socket) => {
      socket?.destroy()
      if (error === null) return done(ok(check, `${host} takes connections.`))
      const { code, message } = explainError(error, 'connect', host)
      done(problem(check, message, code === 'blocked_address' ? fixOfRefusal(message) : fixOf(code)))
    })
  })
}

const FIXES = {
  timeout: 'Check that a firewall lets this machine out to it, and the address of the host.',
  dns_failed: 'Correct the host in the URL, or the DNS server of this machine.',
  connect_failed: 'Start what should listen there, or correct the host and port in the URL.',
  connection_reset: 'Start what should listen there, or correct the host and port in the URL.',
  tls_failed: "Mend the receiver's certificate, or use the host name that it is for.",
} as const

function fixOf(code: HttpFailureCode): string {
  return Object.hasOwn(FIXES, code) ? FIXES[code as keyof typeof FIXES] : 'Correct the URL.'
}

/** What to set is at the end of the guard's own sentence. */
function fixOfRefusal(message: string): string {
  const [setting] = /RINGPOST_ALLOW_[A-Z]+=\S+/.exec(message) ?? []
  return setting === undefined
    ? 'Correct the URL.'
    : `If that is meant, start ringpost with ${setting.replace(/\.$/, '')}; otherwise correct the URL.`
}

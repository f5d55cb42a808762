import type { Dispatcher } from 'undici'
import { type Finding, ok, problem, skipped, warning } from '../../checks/finding.ts'
import type { Config } from '../../config/schema.ts'
import { classifyResponse } from '../../elevenlabs/classify-response.ts'
import { isKeyInClear } from '../../elevenlabs/key-in-clear.ts'
import { readPage } from '../../elevenlabs/read-page.ts'
import { REGIONS } from '../../elevenlabs/regions.ts'
import { UpstreamError, type UpstreamErrorKind } from '../../elevenlabs/upstream-error.ts'
import { parseHttpDate } from '../../http/http-date.ts'
import { HttpFailure, request } from '../../http/request.ts'

const DEADLINE_MS = 10_000
const MAX_BYTES = 4 * 1024 * 1024
/** A Date header has whole seconds, and the answer travels: below this, clocks are taken for equal (ms). */
const SKEW_MS = 10_000
/** What receivers of Standard Webhooks refuse (ms). */
const TOLERANCE_MS = 300_000

type Upstream = Config['upstream'] & { apiKey: string }

interface Answer {
  error: UpstreamError | null
  status: number | null
  /** How far this machine's clock is ahead of the server's (ms); null where the server does not tell. */
  aheadMs: number | null
}

/**
 * Whether the list of users can be read with this key, and the clocks agree. Where the key is refused, the
 * vendor's other regions are asked whether they know it: a key of one looks wrong to the others.
 */
export async function examineUpstream(deps: {
  dispatcher: Dispatcher
  upstream: Upstream
  now: () => number
  regions?: readonly string[]
}): Promise<Finding[]> {
  const { upstream } = deps
  const regions = deps.regions ?? REGIONS
  const answer = await ask(deps, upstream.baseUrl)
  const findings: Finding[] = []
  if (isKeyInClear(upstream.baseUrl)) {
    findings.push(
      warning(
        'upstream',
        `The API key travels unencrypted to ${upstream.baseUrl}.`,
        'Use https in ELEVENLABS_BASE_URL.',
      ),
    )
  }
  const { error } = answer
  if (error === null) {
    findings.push(ok('upstream', `The key reads the list of users at ${upstream.baseUrl}.`))
  } else {
    const at = answer.status === 401 ? await regionOf(deps, regions) : null
    findings.push(
      at === null
        ? problem('upstream', error.message, fixOf(error.kind, answer.status))
        : problem(
            'upstream',
            `The API key belongs to another region: ${upstream.baseUrl} refuses it, and ${at} knows it.`,
            `Set ELEVENLABS_BASE_URL=${at}`,
          ),
    )
  }
  return [...findings, examineClock(answer)]
}

function examineClock({ aheadMs, error, status }: Answer): Finding {
  if (aheadMs === null) {
    const why = error !== null && status === null ? 'it gave no answer' : 'its answers have no date'
    return skipped('clock', `The clock could not be compared with upstream's: ${why}.`)
  }
  const secs = Math.round(Math.abs(aheadMs) / 1000)
  if (secs * 1000 <= SKEW_MS) return ok('clock', "This machine's clock agrees with upstream's.")
  const message = `This machine's clock is ${secs} s ${aheadMs > 0 ? 'ahead of' : 'behind'} upstream's.`
  const fix = 'Have the clock set by itself: timedatectl set-ntp true, or the time service of this system.'
  return secs * 1000 > TOLERANCE_MS
    ? problem('clock', `${message} Receivers refuse webhooks that are over 300 s off.`, fix)
    : warning('clock', message, fix)
}

/** The region that knows the key, where the one that is set is one of the vendor's and does not. */
async function regionOf(deps: Parameters<typeof ask>[0], regions: readonly string[]): Promise<string | null> {
  const { baseUrl } = deps.upstream
  if (!regions.includes(baseUrl)) return null
  const others = regions.filter((url) => url !== baseUrl)
  const answers = await Promise.all(others.map((url) => ask(deps, url)))
  return others.find((_, i) => answers[i]?.error === null) ?? null
}

async function ask(
  deps: { dispatcher: Dispatcher; upstream: Upstream; now: () => number },
  baseUrl: string,
): Promise<Answer> {
  const { apiKey, agentId, branchId } = deps.upstream
  const url = new URL(`${baseUrl}/v1/convai/users`)
  const query = {
    page_size: '1',
    ...(agentId && { agent_id: agentId }),
    ...(branchId && { branch_id: branchId }),
  }
  url.search = new URLSearchParams(query).toString()
  const startedAt = deps.now()
  try {
    const response = await request(deps.dispatcher, {
      method: 'GET',
      url,
      headers: { 'xi-api-key': apiKey, accept: 'application/json' },
      deadlineMs: DEADLINE_MS,
      maxBytes: MAX_BYTES,
    })
    const now = deps.now()
    const { status, headers } = response
    const date = parseHttpDate(headers.date ?? '', now)
    // The header was written some time between the two, in the middle of its second on average.
    const aheadMs = date === null ? null : (startedAt + now) / 2 - (date + 500)
    const body = response.body.toString('utf8')
    return { error: errorOf({ status, headers, body, host: url.host, now }), status, aheadMs }
  } catch (failure) {
    if (!(failure instanceof HttpFailure)) throw failure
    return { error: new UpstreamError('passing', failure.message), status: null, aheadMs: null }
  }
}

function errorOf(response: Parameters<typeof classifyResponse>[0]): UpstreamError | null {
  if (response.status !== 200) return classifyResponse(response)
  try {
    readPage(response.body)
    return null
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
}

function fixOf(kind: UpstreamErrorKind, status: number | null): string {
  if (status === null) return "Check ELEVENLABS_BASE_URL, and this machine's network and proxy."
  const fixes: Partial<Record<UpstreamErrorKind, string>> = {
    key: 'Make a key with the scope convai_read in the ElevenLabs settings, and set ELEVENLABS_API_KEY to it.',
    gone: 'Check ELEVENLABS_BASE_URL, ELEVENLABS_AGENT_ID and ELEVENLABS_BRANCH_ID.',
    request: 'Check ELEVENLABS_AGENT_ID and ELEVENLABS_BRANCH_ID.',
    bad_page: 'Check ELEVENLABS_BASE_URL: what answers there is not the API.',
  }
  return fixes[kind] ?? 'Wait a moment and run this again; ringpost itself tries again as long as it takes.'
}

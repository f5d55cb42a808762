import { type Sent, type Service, startService } from './service.ts'

const PATH =
  '/powerautomate/automations/direct/workflows/sekretWorkflow0001/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=sekretTeamsSig0001'
const ELEMENTS = ['RichTextBlock']

/**
 * A workflow that posts what it gets as an Adaptive Card: https://adaptivecards.io/explorer/ and
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export async function startTeams(): Promise<Service> {
  const service = await startService({
    paceMs: 1_000,
    accepted: () => ({ status: 202, body: '' }),
    tooFast: (waitMs) => ({
      status: 429,
      headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      body: '{"error":{"code":"TooManyRequests"}}',
    }),
    judge(body: Sent, { path }) {
      if (path !== PATH) return { status: 401, body: '{"error":{"code":"DirectApiAuthorizationRequired"}}' }
      const mismatch = { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch"}}' }
      if (body === undefined) return { status: 400, body: '{"error":{"code":"InvalidRequestContent"}}' }
      if (Buffer.byteLength(JSON.stringify(body)) > 28_000) return { status: 413, body: '' }
      const [attachment, ...others] = body.attachments ?? []
      if (body.type !== 'message' || attachment === undefined || others.length > 0) return mismatch
      if (attachment.contentType !== 'application/vnd.microsoft.card.adaptive') return mismatch
      const { content: card } = attachment
      if (card.type !== 'AdaptiveCard' || !/^1\.[0-5]$/.test(card.version)) return mismatch
      if (!card.body.every(isElement) || !(card.actions ?? []).every(isAction)) return mismatch
      return see(card)
    },
  })
  return {
    ...service,
    kind: 'teams',
    url: service.origin + PATH,
    settings: {},
    secrets: [PATH, 'sekretTeamsSig0001'],
    documented: [
      { status: 202, body: '', outcome: 'succeeded' },
      { status: 200, body: '', outcome: 'succeeded' },
      { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch"}}', outcome: 'never' },
      { status: 400, body: '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', outcome: 'disabled' },
      { status: 401, body: '{"error":{"code":"DirectApiAuthorizationRequired"}}', outcome: 'disabled' },
      { status: 403, body: '{"error":{"code":"AuthorizationFailed"}}', outcome: 'disabled' },
      { status: 404, body: '{"error":{"code":"WorkflowNotFound"}}', outcome: 'disabled' },
      { status: 413, body: '', outcome: 'never' },
      { status: 429, headers: { 'retry-after': '7' }, body: '', outcome: 'again', waitMs: 7_000 },
      { status: 502, body: '{"error":{"code":"NoResponse"}}', outcome: 'again' },
    ],
  }
}

function isElement(element: Sent): boolean {
  return (
    ELEMENTS.includes(element.type) &&
    element.inlines.length > 0 &&
    element.inlines.every(
      ({ type, text }: Sent) => type === 'TextRun' && typeof text === 'string' && text !== '',
    )
  )
}

function isAction({ type, title, url }: Sent): boolean {
  return type === 'Action.OpenUrl' && typeof title === 'string' && URL.canParse(url)
}

/** Runs of text have no Markdown; what would be left are functions and entities. */
function see(card: Sent) {
  const texts: string[] = card.body.flatMap(({ inlines }: Sent) => inlines.map(({ text }: Sent) => text))
  return {
    parts: card.body.map(({ inlines }: Sent) => inlines.map(({ weight = '' }: Sent) => weight).join(',')),
    text: texts.join('\n').replaceAll('\u200b', ''),
    mentions: [
      ...(card.msteams?.entities ?? []),
      ...texts.flatMap((text) => text.match(/\{\{|\$\{|[\n\r\u202e]/g) ?? []),
    ],
    links: (card.actions ?? []).map(({ url }: Sent) => url),
  }
}

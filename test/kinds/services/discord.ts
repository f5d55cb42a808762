import { type Sent, type Service, startService } from './service.ts'

const PATH = '/api/webhooks/123456789012345678/sekretDiscordToken0001'

/**
 * Discord's execute-webhook: the limits of embeds, and the headers of its rate limits.
 * https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
export async function startDiscord(): Promise<Service> {
  const service = await startService({
    paceMs: 2_000,
    accepted: () => ({
      status: 204,
      headers: { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '4', 'x-ratelimit-reset-after': '2' },
      body: '',
    }),
    tooFast: (waitMs) => ({
      status: 429,
      headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      body: JSON.stringify({
        message: 'You are being rate limited.',
        retry_after: waitMs / 1000,
        global: false,
      }),
    }),
    judge(body: Sent, { path }) {
      if (path !== PATH) return { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' }
      const invalid = { status: 400, body: '{"message": "Invalid Form Body", "code": 50035}' }
      if (body === undefined) return { status: 400, body: '{"message": "400: Bad Request", "code": 0}' }
      const { content = '', embeds = [] } = body
      if (content === '' && embeds.length === 0) {
        return { status: 400, body: '{"message": "Cannot send an empty message", "code": 50006}' }
      }
      if (content.length > 2_000 || embeds.length > 10 || !embeds.every(isEmbed)) return invalid
      if (embeds.reduce((sum: number, embed: Sent) => sum + sizeOf(embed), 0) > 6_000) return invalid
      return see(body)
    },
  })
  return {
    ...service,
    kind: 'discord',
    url: service.origin + PATH,
    settings: {},
    secrets: [PATH, 'sekretDiscordToken0001'],
    documented: [
      { status: 204, body: '', outcome: 'succeeded' },
      { status: 200, body: '{"id": "1"}', outcome: 'succeeded' },
      { status: 400, body: '{"message": "Invalid Form Body", "code": 50035}', outcome: 'never' },
      { status: 401, body: '{"message": "401: Unauthorized", "code": 0}', outcome: 'disabled' },
      { status: 401, body: '{"message": "Invalid Webhook Token", "code": 50027}', outcome: 'disabled' },
      { status: 403, body: '{"message": "Missing Access", "code": 50001}', outcome: 'disabled' },
      { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}', outcome: 'disabled' },
      { status: 404, body: '{"message": "Unknown Channel", "code": 10003}', outcome: 'disabled' },
      {
        status: 429,
        headers: { 'retry-after': '65' },
        body: '{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}',
        outcome: 'again',
        waitMs: 64_570,
      },
      {
        status: 429,
        headers: { 'retry-after': '3' },
        body: 'error code: 1015',
        outcome: 'again',
        waitMs: 3_000,
      },
      { status: 500, body: '', outcome: 'again' },
      { status: 502, body: '', outcome: 'again' },
    ],
  }
}

function isEmbed(embed: Sent): boolean {
  const { title = '', description = '', fields = [], footer = { text: '' } } = embed
  const isField = ({ name, value }: Sent) =>
    name.length >= 1 && name.length <= 256 && value.length >= 1 && value.length <= 1_024
  return (
    title.length <= 256 &&
    description.length <= 4_096 &&
    fields.length <= 25 &&
    fields.every(isField) &&
    footer.text.length <= 2_048
  )
}

function sizeOf({ title = '', description = '', fields = [], footer = { text: '' } }: Sent): number {
  const inFields = fields.reduce((sum: number, { name, value }: Sent) => sum + name.length + value.length, 0)
  return title.length + description.length + inFields + footer.text.length
}

/** What Discord's Markdown makes of it: a backslash before a mark takes its meaning away. */
function see({ content = '', embeds, allowed_mentions }: Sent) {
  const texts: string[] = [
    content,
    ...embeds.flatMap(({ title = '', description = '', fields = [] }: Sent) => [
      title,
      description,
      ...fields.flatMap(({ name, value }: Sent) => [name, value]),
    ]),
  ]
  const marked = texts.map((text) => text.replace(/\\[^0-9A-Za-z\s]/g, '').replace(/^<t:-?\d+:f>$/, ''))
  return {
    parts: embeds.flatMap((embed: Sent) => [
      ...Object.keys(embed),
      ...embed.fields.map(({ name }: Sent) => name),
      ...(embed.description ?? '').split('\n').map(() => 'line'),
    ]),
    text: [
      ...texts.map((text) => text.replace(/\\([^0-9A-Za-z\s])/g, '$1')),
      ...embeds.map(({ footer }: Sent) => footer.text),
    ].join('\n'),
    mentions: [
      ...(JSON.stringify(allowed_mentions) === '{"parse":[]}' ? [] : ['everyone may be mentioned']),
      ...marked.flatMap((text) => text.match(/[@*_~`|<>[\]#]|https?:|^-/g) ?? []),
    ],
    links: embeds.flatMap(({ url }: Sent) => url ?? []),
  }
}

import { type Sent, type Service, startService } from './service.ts'

const TOKEN = '123456789:sekretTelegramToken0001abcdefghij'
const CHAT = '-1001234567890'
const FIELDS = ['chat_id', 'text', 'link_preview_options']

/** The Bot API's sendMessage: https://core.telegram.org/bots/api#sendmessage */
export async function startTelegram(): Promise<Service> {
  const failure = (status: number, description: string, parameters?: object) => ({
    status,
    body: JSON.stringify({
      ok: false,
      error_code: status,
      description,
      ...(parameters ? { parameters } : {}),
    }),
  })
  const service = await startService({
    paceMs: 1_000,
    accepted: () => ({ status: 200, body: '{"ok":true,"result":{"message_id":1}}' }),
    tooFast: (waitMs) => {
      const retry_after = Math.ceil(waitMs / 1000)
      return failure(429, `Too Many Requests: retry after ${retry_after}`, { retry_after })
    },
    judge(body: Sent, { path }) {
      if (path !== `/bot${TOKEN}/sendMessage`) return failure(401, 'Unauthorized')
      if (body === undefined) return failure(400, 'Bad Request: message text is empty')
      if (Object.keys(body).some((name) => !FIELDS.includes(name))) return failure(400, 'Bad Request')
      if (body.chat_id !== CHAT) return failure(400, 'Bad Request: chat not found')
      if (body.text.trim() === '') return failure(400, 'Bad Request: message text is empty')
      if (body.text.length > 4_096) return failure(400, 'Bad Request: message is too long')
      return see(body)
    },
  })
  return {
    ...service,
    kind: 'telegram',
    url: null,
    settings: { bot_token: TOKEN, chat_id: CHAT, api_url: service.origin },
    secrets: [TOKEN],
    documented: [
      { status: 200, body: '{"ok":true,"result":{}}', outcome: 'succeeded' },
      { ...failure(400, 'Bad Request: chat not found'), outcome: 'disabled' },
      { ...failure(400, 'Bad Request: message is too long'), outcome: 'never' },
      {
        ...failure(400, 'Bad Request: not enough rights to send text messages to the chat'),
        outcome: 'disabled',
      },
      {
        ...failure(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
          migrate_to_chat_id: -1_009_876_543_210,
        }),
        outcome: 'disabled',
      },
      { ...failure(401, 'Unauthorized'), outcome: 'disabled' },
      { ...failure(403, 'Forbidden: bot was blocked by the user'), outcome: 'disabled' },
      { ...failure(403, 'Forbidden: bot was kicked from the supergroup chat'), outcome: 'disabled' },
      { ...failure(404, 'Not Found'), outcome: 'disabled' },
      {
        ...failure(429, 'Too Many Requests: retry after 35', { retry_after: 35 }),
        outcome: 'again',
        waitMs: 35_000,
      },
      { ...failure(500, 'Internal Server Error'), outcome: 'again' },
      { ...failure(502, 'Bad Gateway'), outcome: 'again' },
    ],
  }
}

/** What Telegram makes of plain text by itself. */
function see({ text, link_preview_options }: Sent) {
  return {
    parts: text
      .split('\n')
      .map((line: string) => (line === '' ? '' : (/^[\w ]+:|^•/.exec(line)?.[0] ?? 'text'))),
    text: text.replaceAll('\u2060', ''),
    mentions: [
      ...(link_preview_options?.is_disabled === true ? [] : ['a preview of a link']),
      ...(text.match(/[@#$]\w+|(?:^|\s)\/\w+|tg:\/\/\S*/g) ?? []),
    ],
    links: text.match(/https?:\/\/\S+/g) ?? [],
  }
}

import type { KindName } from '../../../src/kinds/kinds.ts'
import { type Documented, type Sent, type Service, startService } from './service.ts'

/** Whatever takes events as they are: each with the answers that its documentation has. */
const ANSWERS: Partial<Record<KindName, Documented[]>> = {
  webhook: [
    { status: 204, body: '', outcome: 'succeeded' },
    { status: 400, body: '', outcome: 'again' },
    { status: 410, body: '', outcome: 'disabled' },
    { status: 429, headers: { 'retry-after': '9' }, body: '', outcome: 'again', waitMs: 9_000 },
  ],
  // https://help.zapier.com: 200 alone is success.
  zapier: [
    { status: 200, body: '{"status":"success"}', outcome: 'succeeded' },
    { status: 202, body: '', outcome: 'again' },
    { status: 404, body: '', outcome: 'again' },
    { status: 410, body: '', outcome: 'again' },
    { status: 429, headers: { 'retry-after': '60' }, body: '', outcome: 'again', waitMs: 60_000 },
  ],
  // https://help.make.com/webhooks
  make: [
    { status: 200, body: 'Accepted', outcome: 'succeeded' },
    { status: 400, body: 'Queue is full.', outcome: 'again' },
    { status: 410, body: 'There is no scenario listening for this webhook.', outcome: 'disabled' },
    { status: 429, body: '', outcome: 'again' },
  ],
  n8n: [
    { status: 200, body: '{"message":"Workflow was started"}', outcome: 'succeeded' },
    {
      status: 404,
      body: '{"code":404,"message":"The requested webhook \\"x\\" is not registered."}',
      outcome: 'again',
    },
    { status: 500, body: '', outcome: 'again' },
  ],
}

export const WEBHOOKS = Object.keys(ANSWERS) as KindName[]

export async function startWebhook(kind: KindName): Promise<Service> {
  const path = '/hooks/catch/1/sekretCatchHook0001/'
  const service = await startService({
    accepted: () => ({ status: 200, body: 'ok' }),
    judge(body: Sent, { path: asked }) {
      if (asked !== path || body === undefined) return { status: 400, body: 'no JSON' }
      return {
        parts: Object.keys(body).concat(Object.keys(body.data)),
        text: [body.id, body.data.user?.user_id, body.data.user?.last_contact_agent_name].join('\n'),
        mentions: [],
        links: [],
      }
    },
  })
  const secret = kind === 'zapier' || kind === 'make'
  return {
    ...service,
    kind,
    url: service.origin + path,
    settings: {},
    secrets: secret ? ['sekretCatchHook0001'] : [],
    documented: ANSWERS[kind] ?? [],
  }
}

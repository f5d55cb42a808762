import { z } from 'zod'
import { TEMPLATE_LIMITS, templateProblems } from '../../kinds/template/check-template.ts'
import type { Template } from '../../kinds/template/template.ts'

/** What a webhook's body is made from. The rules are in kinds/template/check-template.ts. */
export const endpointTemplate = z
  .custom<Template>()
  .superRefine((input, context) => {
    for (const { path, message } of templateProblems(input)) {
      context.addIssue({ code: 'custom', path, message, input })
    }
  })
  .meta({
    id: 'EndpointTemplate',
    type: ['object', 'array'],
    items: {},
    additionalProperties: {},
    description: `The body in place of the event: JSON whose texts may hold \`{{path | filter}}\`. A text that is one placeholder becomes the value with its type. At most ${TEMPLATE_LIMITS.characters} characters. With \`cloudevents\` it makes the \`data\`.`,
    examples: [
      { phone: '{{data.user.user_id | e164}}', text: '{{data.user.last_contact_agent_name}} was called' },
    ],
  })

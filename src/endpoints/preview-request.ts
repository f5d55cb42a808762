import { RingpostError } from '../errors.ts'
import { type Overrides, sampleEvent } from '../events/sample-event.ts'
import { testEventId } from '../ids.ts'
import { eventText, type Format } from '../kinds/kind.ts'
import { type KindName, kindOf } from '../kinds/kinds.ts'
import type { Template } from '../kinds/template/template.ts'
import type { EventType, UnixMs } from '../types.ts'
import { kindProblems } from './check-kind.ts'

/**
 * Makes the preview of what an endpoint would be sent: the sample of a type of event as its kind, settings and
 * template make it. Nothing is sent.
 */
export function createPreviewRequest(deps: { now: () => UnixMs }) {
  /** @throws RingpostError `bad_request` where something does not fit the kind, or an override the event */
  return function previewRequest(wish: {
    kind: KindName
    type: EventType
    overrides: Overrides
    settings: Readonly<Record<string, string>>
    template: Template | null
    format: Format
  }) {
    const { type, template, format } = wish
    const kind = kindOf(wish.kind)
    const settings: Record<string, string> = { ...wish.settings }
    for (const { name, required, default: value, placeholder } of kind.fields) {
      if (name !== 'url' && (required || value !== null)) settings[name] ??= value ?? placeholder
    }
    const hasUrl = kind.fields.some(({ name }) => name === 'url')
    const url = hasUrl ? 'https://example.com/' : undefined
    const fields = kindProblems(kind, {
      url,
      settings: wish.settings,
      template,
      format,
      signing: false,
    }).filter(({ message }) => message !== 'is required')
    if (fields[0])
      throw new RingpostError('bad_request', `${fields[0].path} ${fields[0].message}.`, { fields })
    const event = sampleEvent({ type, id: testEventId('preview'), at: deps.now(), overrides: wish.overrides })
    const target = { url: url ?? '', settings, template, format }
    const { contentType, body } = kind.toRequest(eventText(event.id, JSON.stringify(event)), target)
    return { event_type: type, content_type: contentType, body: JSON.parse(body) as unknown }
  }
}

export type PreviewRequest = ReturnType<typeof createPreviewRequest>

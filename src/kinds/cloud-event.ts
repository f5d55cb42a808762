import type { Event } from '../types.ts'

/**
 * An event as a CloudEvent 1.0 in structured mode: id, type and time are the event's, the source is the source
 * that it happened at, and the subject is the user.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 *
 * @param data in place of the event's own, where a template has made it
 */
export function cloudEvent(event: Event, data: unknown = event.data) {
  const { source, endpoint, user } = event.data
  const subject = source === undefined ? endpoint?.id : (user as { user_id?: unknown } | undefined)?.user_id
  return {
    specversion: '1.0',
    id: event.id,
    source: source === undefined ? 'urn:ringpost' : `urn:ringpost:source:${encodeURIComponent(source.id)}`,
    type: event.type,
    // An attribute may not be empty, and may have no control characters.
    ...(typeof subject === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(subject) ? { subject } : {}),
    time: event.timestamp,
    datacontenttype: 'application/json',
    data,
  }
}

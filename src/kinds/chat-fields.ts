import type { Field } from './kind.ts'
import { isTimeZone } from './message/time.ts'

/** What every kind that speaks to people can be told. */
export function chatFields(zone: { without: string }): Field[] {
  return [
    {
      name: 'time_zone',
      label: 'Time zone',
      help: `Of the times in messages, by its IANA name. Left out: ${zone.without}.`,
      required: false,
      secret: false,
      default: null,
      placeholder: 'Europe/Berlin',
      longest: 64,
      problem: (value) =>
        isTimeZone(value) ? null : 'must be the name of a time zone, such as Europe/Berlin',
    },
    {
      name: 'dashboard_url',
      label: 'ElevenLabs dashboard',
      help: 'Where links to conversations lead; another one for workspaces with data residency.',
      required: false,
      secret: false,
      default: 'https://elevenlabs.io',
      placeholder: 'https://eu.residency.elevenlabs.io',
      longest: 200,
      problem: (value) => {
        const url = URL.parse(value)
        const plain = url?.protocol === 'https:' && url.origin === value.replace(/\/$/, '')
        return plain ? null : 'must be https:// and a host, such as https://elevenlabs.io'
      },
    },
  ]
}

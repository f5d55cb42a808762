const number = new Intl.NumberFormat('en')
const exact = new Intl.DateTimeFormat('en', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})
const exactWithZone = new Intl.DateTimeFormat('en', {
  dateStyle: 'full',
  timeStyle: 'long',
  hourCycle: 'h23',
})

/** 12400 as "12,400". */
export const count = (value: number): string => number.format(value)

/** "1 user", "12,400 users". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** A moment exactly, in the reader's own time zone. */
export function moment(at: string | number): string {
  return exact.format(new Date(at))
}

export function momentInFull(at: string | number): string {
  return exactWithZone.format(new Date(at))
}

const STEPS = [
  [60, 1, 's'],
  [3_600, 60, 'min'],
  [86_400, 3_600, 'h'],
  [Number.POSITIVE_INFINITY, 86_400, 'd'],
] as const

/** A length of time roughly: "45 s", "5 min", "3 h", "12 d". */
export function roughly(ms: number): string {
  const secs = Math.max(0, Math.round(ms / 1000))
  const [, unit, name] = STEPS.find(([below]) => secs < below) ?? STEPS[3]
  return `${Math.floor(secs / unit)} ${name}`
}

/** "5 min ago", "in 30 s", "just now". */
export function relative(at: string | number, now: number): string {
  const ms = new Date(at).getTime() - now
  if (Math.abs(ms) < 5_000) return ms > 0 ? 'now' : 'just now'
  return ms < 0 ? `${roughly(-ms)} ago` : `in ${roughly(ms)}`
}

/** "1:05", "2:03:40": for what is waited for. */
export function countdown(ms: number): string {
  const secs = Math.max(0, Math.ceil(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [h, m, s] = [Math.floor(secs / 3600), Math.floor((secs % 3600) / 60), secs % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

const UNITS: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day' }

/** `30d`, as the API writes a length of time, as "30 days". */
export function durationWords(duration: string): string {
  const [, value, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? []
  const name = UNITS[unit]
  return value === undefined || name === undefined ? duration : plural(Number(value), name)
}

/** "84 ms", "1.2 s". */
export function took(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let size = value / 1024
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`
}

/** JSON for people; what is none stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** Marks that turn the direction of what follows. */
const TURNING = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/

/**
 * What a user id is in a line of text: an id may be empty, and nothing in it may turn the words around it:
 * marks of direction are shown as what cannot be shown, and right-to-left text is kept by itself.
 */
export function shownId(id: string): string {
  if (id.trim() === '') return '(an empty id)'
  const short = id.length > 80 ? `${id.slice(0, 79)}…` : id
  const plain = short.replace(TURNING, '\uFFFD')
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain
}

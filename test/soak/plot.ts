import type { Point } from './flat.ts'

/** A line that is drawn by itself, with its own scale. */
export interface Line {
  name: string
  unit: string
  points: readonly Point[]
  /** It is not as it should be. */
  wrong: boolean
}

const WIDTH = 900
const HEIGHT = 90
const GAP = 34
const LEFT = 12
const TOP = 56
const MOST_POINTS = 600

/** Draws each line below the other as an SVG. What lies before `from` is drawn pale: it is not judged. */
export function plot(title: string, lines: readonly Line[], from: number): string {
  const end = Math.max(1, ...lines.flatMap(({ points }) => points.at(-1)?.at ?? 0))
  const height = TOP + lines.length * (HEIGHT + GAP)
  const charts = lines.map((line, i) => chart(line, TOP + i * (HEIGHT + GAP), end, from))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 2 * LEFT}" height="${height}" font-family="sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="15">${escaped(title)}</text>
${charts.join('\n')}
</svg>
`
}

function chart({ name, unit, points, wrong }: Line, top: number, end: number, from: number): string {
  const values = points.map(({ value }) => value)
  const most = Math.max(...values, 0)
  const x = (at: number) => (LEFT + (at / end) * WIDTH).toFixed(1)
  // From zero: what looks flat is flat.
  const y = (value: number) => (top + HEIGHT - (most === 0 ? 0 : (value / most) * HEIGHT)).toFixed(1)
  const every = Math.ceil(points.length / MOST_POINTS)
  const path = points
    .filter((_, i) => i % every === 0)
    .map(({ at, value }) => `${x(at)},${y(value)}`)
    .join(' ')
  const color = wrong ? '#c62828' : '#1565c0'
  const last = values.at(-1) ?? 0
  return `<g>
<text x="${LEFT}" y="${top - 5}" fill="${wrong ? color : '#333'}">${escaped(name)}: ${number(last)} ${unit} at the end, ${number(most)} at most${wrong ? ', NOT FLAT' : ''}</text>
<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="#f5f5f5"/>
<rect x="${LEFT}" y="${top}" width="${((Math.min(from, end) / end) * WIDTH).toFixed(1)}" height="${HEIGHT}" fill="#e8e8e8"/>
<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.2"/>
</g>`
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { count, moment } from '../format.ts'

export interface Series {
  label: string
  /** The name of a colour of the style sheet, such as `--accent`. */
  color: string
  values: number[]
}

const HOUR = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' })

/** Bars over time, one series upon the other. */
export function Chart(props: {
  at: number[]
  series: Series[]
  height?: number
  label: string
  /** What the sums are of, such as "in the last hour". */
  sum: string
}) {
  const place = useRef<HTMLDivElement>(null)
  const { at, series, height = 220 } = props
  const [hovered, setHovered] = useState<number | null>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    let plot: uPlot | undefined
    const draw = () => {
      plot?.destroy()
      plot = new uPlot(options(element, series, at, height, setHovered), stacked(at, series), element)
    }
    draw()
    const sized = new ResizeObserver(() => {
      if (plot && plot.width !== element.clientWidth) plot.setSize({ width: element.clientWidth, height })
    })
    sized.observe(element)
    // A canvas does not follow the style sheet.
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', draw)
    return () => {
      sized.disconnect()
      themed.disconnect()
      system.removeEventListener('change', draw)
      plot?.destroy()
    }
  }, [at, series, height])
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0)
  return (
    <>
      <div class={`chart chart-${height}`} ref={place} role="img" aria-label={props.label} />
      <div class="legend">
        {series.map(({ label, color, values }) => (
          <span key={label}>
            <i class={`swatch swatch${color.slice(1)}`} aria-hidden="true" />
            {label} <strong>{count(hovered === null ? total(values) : (values[hovered] ?? 0))}</strong>
          </span>
        ))}
        <span class="muted when">
          {hovered === null ? props.sum : `from ${moment((at[hovered] ?? 0) * 1000)}`}
        </span>
      </div>
    </>
  )
}

/** The topmost sum first, so that what is below is drawn over it. */
function stacked(at: number[], series: Series[]): uPlot.AlignedData {
  const sums = series.map((_, i) =>
    at.map((__, x) => series.slice(0, i + 1).reduce((sum, { values }) => sum + (values[x] ?? 0), 0)),
  )
  return [at, ...sums.reverse()]
}

function options(
  element: HTMLElement,
  series: Series[],
  at: number[],
  height: number,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const probe = getComputedStyle(element)
  const color = (name: string) => colorOf(element, name)
  const font = `12px ${probe.fontFamily}`
  const bars = uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.25, align: 1 })
  const width = (at[1] ?? 0) - (at[0] ?? 0)
  const tick = (at.at(-1) ?? 0) - (at[0] ?? 0) > 2 * 86_400 ? DAY : HOUR
  return {
    width: element.clientWidth,
    height,
    padding: [12, 22, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    legend: { show: false },
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
    scales: {
      x: { range: [at[0] ?? 0, (at.at(-1) ?? 1) + width] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    axes: [
      {
        stroke: color('--muted'),
        font,
        grid: { show: false },
        ticks: { show: false },
        space: 70,
        gap: 10,
        size: 36,
        values: (_plot, splits) => splits.map((secs) => tick.format(new Date(secs * 1000))),
      },
      {
        stroke: color('--muted'),
        font,
        size: 42,
        grid: { stroke: color('--line'), width: 1 },
        ticks: { show: false },
        space: 40,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000],
      },
    ],
    series: [
      {},
      ...[...series].reverse().map(({ label, color: name }) => ({
        label,
        fill: color(name),
        stroke: color(name),
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
      })),
    ],
  }
}

/** What a colour of the style sheet is in the present theme. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

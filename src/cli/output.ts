import { styleText } from 'node:util'
import stringWidth from 'string-width'
import { printable, printableJson, short } from './printable.ts'

/** Cells longer than this are cut, but for those of the last column, which nothing has to be aligned with. */
const WIDEST = 60

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Where a command prints. Colours only on a terminal that has them, and never under `NO_COLOR`. */
export interface Output {
  /** An answer: JSON for programs, or what `render` makes of it for people. */
  answer(value: unknown, render: () => string): void
  line(text: string): void
  style(style: Style, text: string): string
  readonly json: boolean
}

export function createOutput(options: { json: boolean; stream?: NodeJS.WriteStream }): Output {
  const stream = options.stream ?? process.stdout
  const line = (text: string) => void stream.write(`${text}\n`)
  return {
    json: options.json,
    line,
    style: (style, text) => styleText(style, text, { stream }),
    answer(value, render) {
      line(options.json ? printableJson(value, 2) : render())
    },
  }
}

/** A column: its heading, and what a row has in it. */
export interface Column<Row> {
  heading: string
  cell: (row: Row) => string | number | null | undefined
  style?: (row: Row) => Style | null
}

/** Rows as aligned columns under headings, or a sentence where there are none. */
export function table<Row>(
  out: Pick<Output, 'style'>,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  none: string,
): string {
  if (rows.length === 0) return none
  const cells = rows.map((row) =>
    columns.map(({ cell }, i) => {
      const text = String(cell(row) ?? '–')
      return i === columns.length - 1 ? printable(text) : short(text, WIDEST)
    }),
  )
  const widths = columns.map(({ heading }, i) =>
    Math.max(stringWidth(heading), ...cells.map((line) => stringWidth(line[i] ?? ''))),
  )
  const pad = (text: string, i: number) =>
    i === columns.length - 1 ? text : text + ' '.repeat(Math.max(0, (widths[i] ?? 0) - stringWidth(text)))
  const head = columns.map(({ heading }, i) => out.style('dim', pad(heading, i))).join('  ')
  const body = rows.map((row, r) =>
    columns
      .map((column, i) => {
        const text = pad(cells[r]?.[i] ?? '', i)
        const style = column.style?.(row)
        return style ? out.style(style, text) : text
      })
      .join('  '),
  )
  return [head, ...body].join('\n')
}

/** Names and values, one a line, the values aligned. */
export function fields(entries: readonly (readonly [name: string, value: unknown])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .map(([name, value]) => `${name.padEnd(width)}  ${short(String(value ?? '–'), 400)}`)
    .join('\n')
}

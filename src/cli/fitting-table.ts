import stringWidth from 'string-width'
import { type Column, type Output, table } from './output.ts'

/** A column; of those with a rank the highest goes first where there is no room. */
export type FittingColumn<Row> = Column<Row> & { rank?: number }

/**
 * A table without the columns that a terminal has no room for. Those without a rank stay, whatever the width.
 *
 * @param width in cells; none where the output is no terminal, which has room for everything
 */
export function fittingTable<Row>(
  out: Pick<Output, 'style'>,
  rows: readonly Row[],
  columns: readonly FittingColumn<Row>[],
  none: string,
  width: number | undefined,
): string {
  let shown = columns
  const plain = { style: (_style: unknown, text: string) => text }
  const widest = () =>
    Math.max(
      ...table(plain, rows, shown, none)
        .split('\n')
        .map((line) => stringWidth(line)),
    )
  while (width !== undefined && widest() > width) {
    const highest = Math.max(...shown.map(({ rank = 0 }) => rank))
    if (highest === 0) break
    shown = shown.filter(({ rank = 0 }) => rank < highest)
  }
  return table(out, rows, shown, none)
}

import { expect, test } from 'vitest'
import { readPages } from './pages.ts'

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`
const SUM = new RegExp(
  String.raw`(?<![\d.,])(${NUMBER}(?: ms)?(?: [×+/] ${NUMBER}(?: ms)?)+) = (${NUMBER})(?: (MB|GB|h)\b)?`,
  'g',
)
const UNITS: Record<string, number> = { MB: 1e6, GB: 1e9, h: 3_600 }

/** The sums of a line that do not come to what it says. */
function wrongOf(line: string): string[] {
  return [...line.matchAll(SUM)].flatMap(([whole, terms = '', result = '', unit]) => {
    const sum = terms.split(' + ').reduce((all, term) => all + product(term), 0)
    const said = number(result)
    // Bytes are written out and megabytes added up, so the unit is of one side or of both.
    const fits = [said, said * (UNITS[unit ?? ''] ?? 1)].some((one) => Math.abs(sum / one - 1) < 0.03)
    return fits ? [] : [whole]
  })
}

function product(term: string): number {
  const [first = '', ...rest] = term.split(/ ([×/]) /)
  let value = number(first)
  for (let i = 0; i < rest.length; i += 2) {
    const by = number(rest[i + 1] ?? '')
    value = rest[i] === '/' ? value / by : value * by
  }
  return value
}

function number(text: string): number {
  const value = Number(text.replace(/ ms$/, '').replaceAll(',', ''))
  return text.endsWith(' ms') ? value / 1000 : value
}

test('the sums in the pages about size come to what they say', () => {
  const pages = readPages().filter(({ path }) => /docs\/(scaling|running|delivery-log)\.md/.test(path))
  expect(
    pages.flatMap(({ lines }) => lines).flatMap((line) => [...line.matchAll(SUM)]).length,
  ).toBeGreaterThan(25)
  for (const { path, lines } of pages) expect(lines.flatMap(wrongOf), path).toEqual([])
})

test('scaling reckons with what was measured of a poll and of a delivery', () => {
  const page = (name: string) =>
    readPages()
      .find(({ path }) => path === `docs/${name}.md`)
      ?.lines.join('\n') ?? ''
  const letters = [...page('scaling').matchAll(/\*\*([pd]′?)\*\* = ([\d.]+ ms)/g)]
  expect(letters.map(([, letter]) => letter)).toEqual(['p', 'p′', 'd', 'd′'])
  const measured = /A quiet poll takes (.+? ms) .+? and (.+? ms) .+?, a delivery (.+? ms) and (.+? ms),/
  const [, ...figures] = measured.exec(page('performance')) ?? []
  expect(letters.map(([, , figure]) => figure)).toEqual(figures)
})

test('a sum that is stale is found', () => {
  expect(wrongOf('and 5 + 13 + 101 = 133 GB: a cluster')).toEqual(['5 + 13 + 101 = 133 GB'])
  expect(wrongOf('100,000,000 × 50 = 5 GB, 333 × 2.2 ms = 0.73, 10,000 / 30 = 333')).toEqual([])
  expect(wrongOf('1,000 × 86,400 × 1,170 = 51 GB')).toHaveLength(1)
})

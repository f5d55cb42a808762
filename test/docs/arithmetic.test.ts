import { expect, test } from 'vitest'
import { nextWait } from '../../src/detect/next-wait.ts'
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

/**
 * Polls of a day and how many find something, at an interval of 30 seconds: calls come by chance at a steady rate, and
 * one is found by the first poll after it.
 */
function pollsOfADay(callsADay: number): { polls: number; found: number } {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const days = 20
  let polls = 0
  let found = 0
  let idlePolls = 0
  let wait = 30_000
  for (let at = 0; at < days * 86_400_000; at += wait) {
    const finds = random() < 1 - Math.exp((-callsADay * wait) / 86_400_000)
    polls++
    if (finds) found++
    idlePolls = finds ? 0 : idlePolls + 1
    wait = nextWait({ intervalMs: 30_000, found: finds, idlePolls, random })
  }
  return { polls: polls / days, found: found / days }
}

test('scaling reckons with the pace at which sources are polled', () => {
  const page = readPages().find(({ path }) => path === 'docs/scaling.md')?.lines ?? []
  const figures = (row: string, sum: RegExp) =>
    [...(page.find((line) => line.startsWith(row)) ?? '').matchAll(sum)].map(([, figure = '']) =>
      number(figure),
    )
  const near = (said: number[], real: number[]) => {
    expect(said).toHaveLength(real.length)
    for (const [i, one] of said.entries()) expect(Math.abs(one / (real[i] ?? 0) - 1)).toBeLessThan(0.02)
  }
  const [once, ten] = [pollsOfADay(10_000), pollsOfADay(100_000)]
  near(figures('| polls a day', / = ([\d,]+)/g), [once.polls, ten.polls])
  near(figures('| requests to upstream a day', / = ([\d,]+)/g), [
    once.polls + once.found,
    ten.polls + ten.found,
  ])
  // Where nobody calls, and where every poll finds a call, of 10,000 sources.
  const [, idle = 0, busy = 0] = figures('| polls or deliveries a second', / 10,000 \/ [\d.]+ = (\d+)/g)
  near(
    [idle, busy],
    [pollsOfADay(0).polls, pollsOfADay(1e9).polls].map((polls) => (10_000 * polls) / 86_400),
  )
})

test('a sum that is stale is found', () => {
  expect(wrongOf('and 5 + 13 + 101 = 133 GB: a cluster')).toEqual(['5 + 13 + 101 = 133 GB'])
  expect(wrongOf('100,000,000 × 50 = 5 GB, 333 × 2.2 ms = 0.73, 10,000 / 30 = 333')).toEqual([])
  expect(wrongOf('1,000 × 86,400 × 1,170 = 51 GB')).toHaveLength(1)
})

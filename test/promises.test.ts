import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const ROOT = new URL('../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, ROOT), 'utf8')

const DOCUMENTS = ['docs/reliability.md', 'docs/security.md']
/** A test file, and the titles of tests in it that follow. */
const NAMED = /`(test\/[\w./-]+)`((?:,? “[^”]+”)*)/g

/** What a document says of tests: the file, and titles in it. */
function namedTests(text: string): { file: string; titles: string[] }[] {
  return [...text.matchAll(NAMED)].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
  }))
}

/** Whether a test of this title, or a group, is in a file: the title stands first in a call, and not in a comment. */
function hasTest(source: string, title: string): boolean {
  const literal = title.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?:\\b(?:test|it|describe)(?:\\.\\w+)?|\\))\\(\\s*(['"\`])${literal}\\1`).test(source)
}

/** Rows of all tables whose last column is for tests. */
function rowsOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.filter((line, i) => {
    if (!line.startsWith('|') || line.startsWith('|---')) return false
    const first = lines.slice(0, i).findLastIndex((before) => !before.startsWith('|')) + 1
    return i > first && /the test that fails/.test(lines[first] ?? '')
  })
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document)

  test('names no test that there is not', () => {
    const missing = namedTests(text).flatMap(({ file, titles }) => {
      const source = read(file)
      return titles.filter((title) => !hasTest(source, title)).map((title) => `${file}: ${title}`)
    })
    expect(missing).toEqual([])
  })

  test('names a test by its title for each promise', () => {
    const rows = rowsOf(text)
    expect(rows.length).toBeGreaterThan(5)
    const bare = rows.filter(
      (row) =>
        !row.includes('the first two above') && !namedTests(row).some(({ titles }) => titles.length > 0),
    )
    expect(bare).toEqual([])
  })
})

test('each promise of the README is in docs/reliability.md, with its test', () => {
  const [, section = ''] = /## What it promises\n(.*?)\n## /s.exec(read('README.md')) ?? []
  const promises = [...section.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, promise = '']) => promise)
  expect(promises.length).toBeGreaterThan(4)
  const rows = rowsOf(read('docs/reliability.md')).map((row) => row.split('|')[1]?.trim() ?? '')
  for (const promise of promises) {
    const words = promise.replace(/\.$/, '')
    expect(
      rows.some((row) => row !== '' && words.startsWith(row)),
      words,
    ).toBe(true)
  }
})

test('a title that is nowhere, or only in a comment, is noticed', () => {
  expect(hasTest("test('is there', () => {})", 'is there')).toBe(true)
  expect(hasTest("test.each([1])('is there for %i', () => {})", 'is there for %i')).toBe(true)
  expect(hasTest("// is not there\ntest('is there', () => {})", 'is not there')).toBe(false)
  expect(hasTest("expect('is there').toBe('is not there')", 'is not there')).toBe(false)
})

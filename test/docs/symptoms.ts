import { readPages } from './pages.ts'

/** A chapter of a page: what it tells people to type, and what it quotes of ringpost. */
export interface Symptom {
  heading: string
  /** Lines of `sh` blocks, and code in sentences that begins with `ringpost`. */
  commands: string[]
  quotes: string[]
}

/** The chapters of docs/troubleshooting.md; the first one, before any heading, has the heading ''. */
export function readSymptoms(): Symptom[] {
  const page = readPages().find(({ path }) => path === 'docs/troubleshooting.md')
  const [intro = '', ...chapters] = (page?.lines ?? []).join('\n').split(/^## /m)
  return [`\n${intro}`, ...chapters].map((chapter) => {
    const end = chapter.indexOf('\n')
    const text = chapter.slice(end)
    const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    )
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
    const inline = [...prose.matchAll(/`(ringpost [a-z]+ [^`]+)`/g)].map(([, code = '']) => code)
    return {
      heading: chapter.slice(0, end),
      commands: [...blocks, ...inline],
      quotes: [...prose.matchAll(/^ *> (.+)$/gm)].map(([, quote = '']) => quote),
    }
  })
}

/** A quote with other ids, hosts, times and numbers in it: words with a digit, a dot or a slash within. */
export function likeQuote(quote: string): RegExp {
  const words = quote
    .split(' ')
    .map((word) =>
      /\d|\w[./]\w/.test(word) ? String.raw`\S+` : word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
  return new RegExp(words.join(String.raw`\s+`))
}

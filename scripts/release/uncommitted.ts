import { capture } from './run.ts'

/** Before and after the tests: what they write, such as the first dump of a new layout, belongs into a commit. */
export async function uncommitted(root: string): Promise<string[]> {
  const status = await capture('git', ['status', '--porcelain'], root)
  if (status === '') return []
  const paths = status.split('\n').map((line) => line.trim().replace(/^\S+ +/, ''))
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : ''
  return [`The working tree is not clean: ${paths.slice(0, 5).join(', ')}${more}.`]
}

/**
 * Prints what CHANGELOG.md says of a release: `node scripts/release-notes.ts v1.2.0`. It refuses a tag that is not of
 * the version in package.json. Without packages, so that it can run before they are installed.
 */
import { readFileSync } from 'node:fs'
import { sectionOf } from './release/changelog.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }
const [tag] = process.argv.slice(2)
const notes = sectionOf(read('CHANGELOG.md'), version)

if (tag !== `v${version}`) {
  console.error(`The tag of this version is v${version}, and not ${tag}.`)
  process.exitCode = 1
} else if (!notes) {
  console.error(`CHANGELOG.md has nothing under ${version}.`)
  process.exitCode = 1
} else {
  console.log(notes)
}

const UNRELEASED = 'Unreleased'

/** The text under the heading of a version (`## 1.2.0 - 2026-11-29`) or `Unreleased`; null where there is no such heading. */
export function sectionOf(changelog: string, title: string): string | null {
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => line === `## ${title}` || line.startsWith(`## ${title} - `))
  if (start < 0) return null
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '))
  return lines
    .slice(start + 1, length < 0 ? undefined : start + 1 + length)
    .join('\n')
    .trim()
}

/** What a release would tell; empty where nothing has been written down since the last one. */
export function unreleased(changelog: string): string {
  const section = sectionOf(changelog, UNRELEASED) ?? ''
  return /^[-*] \S/m.test(section) ? section : ''
}

/** The changelog with what was unreleased under the version and the day of it, and an empty `Unreleased` above. */
export function withRelease(changelog: string, { version, day }: { version: string; day: string }): string {
  return changelog.replace(`## ${UNRELEASED}\n`, () => `## ${UNRELEASED}\n\n## ${version} - ${day}\n`)
}

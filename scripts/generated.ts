import { readFileSync, writeFileSync } from 'node:fs'
import { renderConfigurationDoc, renderEnvExample } from '../src/config/reference.ts'
import { renderFileSchema } from '../src/config-file/json-schema.ts'
import { renderClientTypes } from './openapi.ts'

/** The files that are generated from the source, by their path from the root of the repository. */
const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  '.env.example': renderEnvExample,
  'docs/configuration.md': renderConfigurationDoc,
  'docs/config-file.schema.json': renderFileSchema,
  'src/client/schema.ts': renderClientTypes,
}

const onDisk = (path: string) => new URL(`../${path}`, import.meta.url)

export async function writeGenerated(wrote: (path: string) => void): Promise<void> {
  for (const [path, render] of Object.entries(GENERATED)) {
    writeFileSync(onDisk(path), await render())
    wrote(path)
  }
}

/** Those that are not what their source makes of them now. */
export async function outdatedFiles(): Promise<string[]> {
  const outdated = []
  for (const [path, render] of Object.entries(GENERATED)) {
    if (readFileSync(onDisk(path), 'utf8') !== (await render())) outdated.push(path)
  }
  return outdated
}

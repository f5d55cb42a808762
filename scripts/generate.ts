/**
 * Writes the files that are generated from the source: `npm run generate`. The tests fail when one of them
 * is not what this writes.
 */
import { writeFileSync } from 'node:fs'
import { renderConfigurationDoc, renderEnvExample } from '../src/config/reference.ts'
import { renderFileSchema } from '../src/config-file/json-schema.ts'
import { renderClientTypes } from './openapi.ts'

const GENERATED = {
  '.env.example': renderEnvExample,
  'docs/configuration.md': renderConfigurationDoc,
  'docs/config-file.schema.json': renderFileSchema,
  'src/client/schema.ts': renderClientTypes,
}

for (const [path, render] of Object.entries(GENERATED)) {
  writeFileSync(new URL(`../${path}`, import.meta.url), await render())
  console.log(`wrote ${path}`)
}

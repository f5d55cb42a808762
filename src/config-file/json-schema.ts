import { z } from 'zod'
import { configFile } from './schema.ts'

/** The text of `docs/config-file.schema.json`: the file's JSON Schema, for editors. */
export function renderFileSchema(): string {
  const schema = z.toJSONSchema(configFile, { io: 'input', unrepresentable: 'any' })
  return `${JSON.stringify(schema, null, 2)}\n`
}

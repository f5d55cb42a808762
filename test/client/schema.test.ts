import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { openApiDocument, renderClientTypes } from '../../scripts/openapi.ts'

test('the OpenAPI document is valid by a public validator', async () => {
  const { valid, errors } = await new Validator().validate(await openApiDocument())
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
})

test('the types of the client are those of the API: npm run generate writes them', async () => {
  const kept = await readFile(new URL('../../src/client/schema.ts', import.meta.url), 'utf8')
  expect(kept).toBe(await renderClientTypes())
})

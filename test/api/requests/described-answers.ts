import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Json } from './from-schema.ts'

/** The schemas of an OpenAPI document, under the name `api`. */
export function schemasOf(document: Json): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'api')
  return ajv
}

/**
 * Makes the check of an answer against what a document says of its route, its status and its content type.
 *
 * @returns a function that says what is wrong in a sentence, or null
 */
export function createAnswerCheck(document: Json) {
  const ajv = schemasOf(document)
  const compiled = new Map<string, ValidateFunction>()
  const checkOf = (ref: string) => {
    const check = compiled.get(ref) ?? ajv.compile({ $ref: ref.replace('#', 'api#') })
    compiled.set(ref, check)
    return check
  }

  return (
    path: string,
    method: string,
    answer: { status: number; type: string | null; text: string },
  ): string | null => {
    const where = `${method} ${path} ${answer.status}`
    const described = document.paths[path][method].responses[answer.status]
    if (described === undefined) return `${where} is not described: ${answer.text}`
    const type = answer.type?.split(';')[0] ?? null
    if (described.content === undefined) {
      return type === null && answer.text === '' ? null : `${where} has a body: ${answer.text}`
    }
    const schema = described.content[type ?? '']?.schema
    if (schema === undefined) return `${where} is not described as ${type}: ${answer.text}`
    if (schema.$ref === undefined) return null
    const check = checkOf(schema.$ref)
    return check(JSON.parse(answer.text))
      ? null
      : `${where}: ${ajv.errorsText(check.errors)} in ${answer.text}`
  }
}

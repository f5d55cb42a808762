import { STATUS_CODES } from 'node:http'
import type { QueryProblem } from './query.ts'

/** A whole response, before anything is done to it on the wire. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

export const ERROR_SHAPES = ['current', 'older', 'validation', 'text', 'html', 'empty'] as const
/**
 * current     `{"detail":{"type","code","message","status","request_id","param"}}`
 * older       `{"detail":{"status","message"}}`
 * validation  `{"detail":[{"loc","msg","type"}]}`
 * text        `{"detail":"text"}`
 * html        a CDN's page
 * empty       nothing
 */
export type ErrorShape = (typeof ERROR_SHAPES)[number]

/** Upstream's codes for a status, where a fault names none. */
const CODES: Record<number, string> = {
  400: 'bad_request',
  401: 'invalid_api_key',
  402: 'subscription_required',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  422: 'validation_error',
  429: 'rate_limit_exceeded',
  503: 'system_busy',
}

const TYPES: Record<number, string> = {
  400: 'validation_error',
  401: 'authentication_error',
  402: 'payment_required_error',
  403: 'permission_error',
  404: 'not_found_error',
  422: 'validation_error',
  429: 'rate_limit_error',
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** An error in one of the shapes that upstream has been seen to use. */
export function errorAnswer(
  status: number,
  options: {
    shape?: ErrorShape
    code?: string
    message?: string
    param?: string
    headers?: Record<string, string>
  },
): Answer {
  const { shape = 'current', param = null, headers = {} } = options
  const code = options.code ?? CODES[status] ?? 'internal_error'
  const message = options.message ?? STATUS_CODES[status] ?? 'Error'
  switch (shape) {
    case 'current': {
      const type = TYPES[status] ?? 'internal_error'
      const request_id = crypto.randomUUID().replaceAll('-', '')
      return json(status, { detail: { type, code, message, status: code, request_id, param } }, headers)
    }
    case 'older':
      return json(status, { detail: { status: code, message } }, headers)
    case 'validation':
      return validationAnswer(
        [{ loc: ['query', param ?? 'page_size'], msg: message, type: code }],
        status,
        headers,
      )
    case 'text':
      return json(status, { detail: message }, headers)
    case 'html':
      return html(status, message, headers)
    case 'empty':
      return { status, headers, body: '' }
  }
}

export function validationAnswer(
  detail: Omit<QueryProblem, 'input'>[],
  status = 422,
  headers: Record<string, string> = {},
): Answer {
  return json(status, { detail }, headers)
}

export function html(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const title = `${status} ${message}`
  return {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8', ...headers },
    body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  }
}

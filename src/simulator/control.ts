import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { RingpostError } from '../errors.ts'
import { type Answer, json } from './answers.ts'
import { callSchema } from './calls.ts'
import { faultSchema } from './faults.ts'
import type { Patch } from './tally.ts'
import type { Simulator } from './types.ts'

type Controlled = Pick<
  Simulator,
  | 'call'
  | 'seed'
  | 'fault'
  | 'clearFaults'
  | 'setApiKey'
  | 'overrideRow'
  | 'removeUser'
  | 'restoreUser'
  | 'requests'
  | 'userCount'
>

const MAX_BODY_BYTES = 16 * 1024 * 1024

const callsSchema = z.union([z.array(callSchema), callSchema.transform((call) => [call])])
const seedSchema = z.strictObject({
  users: z.int().min(0).max(20_000_000),
  id_prefix: z.string().optional(),
  newest_unix_secs: z.number().optional(),
  spacing_secs: z.number().optional(),
  count: z.int().min(1).optional(),
  agent_id: z.string().nullable().optional(),
})
const faultsSchema = z.union([z.array(faultSchema), faultSchema.transform((fault) => [fault])])
const keySchema = z.strictObject({ key: z.string().min(1), missing_permissions: z.boolean().default(false) })
const userSchema = z.strictObject({
  // Not z.record, which drops a key named __proto__.
  override: z.custom<Patch>(isObject, 'must be an object or null').nullable().optional(),
  /** Fields that vanish, which JSON cannot say in `override`. */
  omit: z.array(z.string()).optional(),
  restore: z.literal(true).optional(),
})

/** The routes under `/_control/`, by which other processes drive the simulator. They need no key. */
export function createControl(
  simulator: Controlled,
): (request: { method: string; path: string; readBody: () => Promise<unknown> }) => Promise<Answer> {
  const routes: Record<string, (body: () => Promise<unknown>) => Promise<unknown>> = {
    'POST calls': async (body) => {
      const calls = read(callsSchema, await body())
      return { conversation_ids: calls.map((call) => simulator.call(call)) }
    },
    'POST seed': async (body) => {
      const seed = read(seedSchema, await body())
      const { users, id_prefix, newest_unix_secs, spacing_secs, count, agent_id } = seed
      simulator.seed({
        users,
        ...(id_prefix === undefined ? {} : { idOf: (i: number) => `${id_prefix}${i}` }),
        ...(newest_unix_secs === undefined ? {} : { newestUnixSecs: newest_unix_secs }),
        ...(spacing_secs === undefined ? {} : { spacingSecs: spacing_secs }),
        ...(count === undefined ? {} : { count }),
        ...(agent_id === undefined ? {} : { agentId: agent_id }),
      })
      return { user_count: simulator.userCount }
    },
    'POST faults': async (body) => {
      const faults = read(faultsSchema, await body())
      for (const fault of faults) simulator.fault(fault)
      return { queued: faults.length }
    },
    'DELETE faults': async () => {
      simulator.clearFaults()
      return { queued: 0 }
    },
    'POST key': async (body) => {
      const { key, missing_permissions } = read(keySchema, await body())
      simulator.setApiKey(key, { missingPermissions: missing_permissions })
      return { ok: true }
    },
    'GET state': async () => ({ user_count: simulator.userCount, requests: simulator.requests }),
  }

  async function changeUser(user_id: string, body: unknown): Promise<unknown> {
    const { override, omit, restore } = read(userSchema, body)
    if (override === undefined && omit === undefined && restore === undefined) {
      throw new RingpostError('bad_request', 'The body must have one of override, omit and restore.')
    }
    if (restore) simulator.restoreUser(user_id)
    const vanishing = Object.fromEntries((omit ?? []).map((field) => [field, undefined]))
    if (override === null && omit === undefined) simulator.overrideRow(user_id, null)
    else if (override !== undefined || omit !== undefined) {
      simulator.overrideRow(user_id, { ...override, ...vanishing })
    }
    return { ok: true }
  }

  return async ({ method, path, readBody }) => {
    try {
      const name = path.replace('/_control/', '')
      const user = /^users\/(.*)$/s.exec(name)?.[1]
      if (user !== undefined && method === 'POST') {
        return json(200, await changeUser(decode(user), await readBody()))
      }
      if (user !== undefined && method === 'DELETE') {
        simulator.removeUser(decode(user))
        return json(200, { ok: true })
      }
      const route = routes[`${method} ${name}`]
      if (route !== undefined) return json(200, await route(readBody))
      const known = [...Object.keys(routes), 'POST users/:id', 'DELETE users/:id'].join(', ')
      throw new RingpostError('not_found', `There is no ${method} ${path}. Control routes: ${known}.`)
    } catch (error) {
      if (!(error instanceof RingpostError)) throw error
      return json(error.status, { error: error.message })
    }
  }
}

/** Reads a request's JSON body. Throws `bad_request` or `payload_too_large`. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of req) {
    size += part.length
    // Read on to the end: hanging up would lose the answer.
    if (size <= MAX_BODY_BYTES) parts.push(part)
  }
  if (size > MAX_BODY_BYTES) {
    throw new RingpostError(
      'payload_too_large',
      `The body is over ${MAX_BODY_BYTES} bytes: send less at once.`,
    )
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString())
  } catch (cause) {
    throw new RingpostError('bad_request', 'The body is not JSON.', { cause })
  }
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body)
  if (error) throw new RingpostError('bad_request', `The body is not valid: ${problemsOf(error.issues)}`)
  return data
}

/** One line. Of a union of one and many, the branch that came closer speaks. */
function problemsOf(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[] = []): string {
  const lines = issues.map((issue) => {
    const path = [...at, ...issue.path]
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const closest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
      return problemsOf(closest, path)
    }
    return path.length === 0 ? issue.message : `${path.map(String).join('.')}: ${issue.message}`
  })
  return lines.join('; ')
}

/** How far a branch of a union got before it failed: a body of the wrong kind fails at once. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0) ? 0 : 1
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new RingpostError('bad_request', 'The user id in the path is not percent-encoded UTF-8.', { cause })
  }
}

import { isDeepStrictEqual } from 'node:util'
import { type FieldError, RingpostError } from '../errors.ts'
import type { ConfigFile, FileEndpoint, FileSource } from './schema.ts'

/**
 * What the configuration file of this process sets, and what it therefore refuses elsewhere: the next start
 * would take it back in silence. What the file leaves out belongs to whoever changes it.
 */
export function createOwnership(file: ConfigFile | null) {
  const entryOf = (id: string) => file?.sources[id] ?? file?.endpoints[id] ?? null

  /** The fields of a change that the file sets, and sets otherwise. */
  function conflicts(id: string, change: FileSource | FileEndpoint): FieldError[] {
    const entry = entryOf(id)
    if (entry === null) return []
    const set = flat(entry)
    const message = 'is set by the configuration file (RINGPOST_CONFIG)'
    return Object.entries(flat(change)).flatMap(([path, value]) => {
      const clears = ONE_BY_ONE.some(
        (name) => path === name && Object.keys(set).some((one) => one.startsWith(`${name}.`)),
      )
      return clears || (path in set && !isDeepStrictEqual(set[path], value)) ? [{ path, message }] : []
    })
  }

  return {
    /** Whether the file names it. */
    has: (id: string): boolean => entryOf(id) !== null,

    conflicts,

    /** @throws RingpostError `conflict` where the change says other than the file */
    refuseChange(id: string, change: FileSource | FileEndpoint): void {
      const fields = conflicts(id, change)
      if (fields.length === 0) return
      const names = fields.map(({ path }) => path).join(', ')
      const advice = `change or leave out ${names} there, and start ringpost again`
      throw new RingpostError(
        'conflict',
        `${id} is in the configuration file (RINGPOST_CONFIG): ${advice}.`,
        {
          fields,
        },
      )
    },

    /** @throws RingpostError `conflict` where the file names it: the next start would make it anew */
    refuseDelete(id: string): void {
      if (entryOf(id) === null) return
      throw new RingpostError(
        'conflict',
        `${id} is in the configuration file (RINGPOST_CONFIG): take it out there, start ringpost again, and then delete it.`,
      )
    },

    /** @throws RingpostError `conflict` where the file sets the secret or its kind */
    refuseRotation(id: string): void {
      const entry = entryOf(id)
      if (entry === null || !('secret' in entry || 'signing' in entry)) return
      throw new RingpostError(
        'conflict',
        `The configuration file (RINGPOST_CONFIG) says how ${id} signs: change it there, and start ringpost again. What was valid signs too for 24h.`,
      )
    },
  }
}

export type Ownership = ReturnType<typeof createOwnership>

/** What is set one by one, and not as a whole. */
const ONE_BY_ONE = ['headers', 'settings'] as const

function flat(entry: FileSource | FileEndpoint): Record<string, unknown> {
  const { headers, settings, ...plain } = entry as FileEndpoint
  const each = Object.entries({ headers, settings }).flatMap(([field, values]): [string, unknown][] => {
    if (values === undefined) return []
    if (values === null) return [[field, null]]
    return Object.entries(values).map(([name, value]) => [`${field}.${name}`, value])
  })
  return { ...plain, ...Object.fromEntries(each) }
}

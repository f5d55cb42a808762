type Env = Record<string, string | undefined>

/** A text with its references to the environment read. */
export interface Resolved {
  text: string
  /** Names and values that went into it, so that no message shows a value. */
  used: [name: string, value: string][]
  /** What is wrong, one for each reference; completes "<path> …". */
  problems: string[]
  /** Whether it has a reference at all. */
  hasReference: boolean
}

/** `$${`: the characters themselves. `${NAME}`: a reference. `${` before anything else: a mistake. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{/g

/**
 * Reads the `${NAME}` in a text of the file. Space around a value is ignored, and an empty one is none, as in
 * the rest of the configuration.
 */
export function resolveReferences(text: string, env: Env): Resolved {
  const resolved: Resolved = { text, used: [], problems: [], hasReference: false }
  resolved.text = text.replace(REFERENCE, (whole: string, name: string | undefined) => {
    if (whole === '$${') return '${'
    resolved.hasReference = true
    if (name === undefined) {
      resolved.problems.push(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how the file has it
        'has a ${ that no name and no } follow; $${ stands for the characters themselves',
      )
      return whole
    }
    if (/^RINGPOST_/i.test(name)) {
      resolved.problems.push(
        `takes ${name} from the environment: names that begin with RINGPOST_ are ringpost's own, choose another`,
      )
      return whole
    }
    const value = env[name]?.trim() ?? ''
    if (value === '') {
      resolved.problems.push(`takes ${name} from the environment, where it is not set`)
      return whole
    }
    resolved.used.push([name, value])
    return value
  })
  return resolved
}

/** A text as it is written in a file, so that none of it is taken for a reference. */
export function withoutReferences(text: string): string {
  // As a function: in a replacement text, $$ stands for one $.
  return text.replaceAll('${', () => '$${')
}

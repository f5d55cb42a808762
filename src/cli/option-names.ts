import type { Command } from 'commander'

/** Options that are called otherwise than the field of the API that they set. */
const OPTIONS: Record<string, string> = {
  api_key: '--key',
  agent_id: '--agent',
  branch_id: '--branch',
  poll_interval: '--interval',
  nudge_secret: '--secret',
  event_types: '--types',
  event_type: '--type',
  event_id: '--event',
  endpoint_id: '--endpoint',
  endpoint_ids: '--endpoint',
  source_id: '--source',
  source_ids: '--sources',
  user_id: '--user',
  settings: '--set',
  headers: '--header',
  expires_at: '--expires',
}

/**
 * What a field of the API is called on the command line: `poll_interval` is `--interval`, `settings.time_zone`
 * is `--set time_zone`, and an entry of a list is the one that was typed. As it is where the command has no
 * such option.
 *
 * @param path dotted, as in `errors` of a problem
 */
export function typedName(path: string, command: Command | undefined): string {
  const [field = '', ...inside] = path.split('.')
  const long = OPTIONS[field] ?? `--${field.replaceAll('_', '-')}`
  const option = command?.options.find((one) => one.long === long)
  if (command === undefined || option === undefined) {
    const isArgument = command?.registeredArguments.some((argument) => argument.name() === path)
    return isArgument ? `<${path}>` : path
  }
  const value: unknown = command.getOptionValue(option.attributeName())
  const [index = ''] = inside
  const within = Array.isArray(value) && /^\d+$/.test(index) ? String(value[Number(index)]) : inside.join('.')
  return within === '' ? long : `${long} ${within}`
}

/** A sentence in which fields of the API are named by their options. */
export function withTypedNames(sentence: string, command: Command | undefined): string {
  return sentence.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (field) =>
    field in OPTIONS ? typedName(field, command) : field,
  )
}

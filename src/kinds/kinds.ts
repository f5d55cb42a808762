import { discord } from './discord.ts'
import { hubspot } from './hubspot.ts'
import type { Kind } from './kind.ts'
import { make } from './make.ts'
import { n8n } from './n8n.ts'
import { pipedrive } from './pipedrive.ts'
import { salesforce } from './salesforce.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { telegram } from './telegram.ts'
import { webhook } from './webhook.ts'
import { zapier } from './zapier.ts'

/** Every kind of destination that there is: the one list that checks, answers, docs and the command line are made from. */
export const KINDS = {
  webhook,
  slack,
  discord,
  teams,
  telegram,
  hubspot,
  pipedrive,
  salesforce,
  zapier,
  make,
  n8n,
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS

export const KIND_NAMES = Object.keys(KINDS) as [KindName, ...KindName[]]

export function kindOf(name: KindName): Kind {
  return KINDS[name]
}

import { startDiscord } from './discord.ts'
import type { Service } from './service.ts'
import { startSlack } from './slack.ts'
import { startTeams } from './teams.ts'
import { startTelegram } from './telegram.ts'
import { startWebhook, WEBHOOKS } from './webhooks.ts'

/** A service for every kind that there is. */
export const SERVICES: Record<string, () => Promise<Service>> = {
  slack: startSlack,
  discord: startDiscord,
  teams: startTeams,
  telegram: startTelegram,
  ...Object.fromEntries(WEBHOOKS.map((kind) => [kind, () => startWebhook(kind)])),
}

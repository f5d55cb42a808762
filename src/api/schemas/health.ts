import { z } from 'zod'

export const alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' })

export const ready = z
  .object({ status: z.literal('ready'), roles: z.array(z.string()).describe('What this process does.') })
  .meta({ id: 'Ready' })

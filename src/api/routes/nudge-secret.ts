import type { Ownership } from '../../config-file/ownership.ts'
import { createNudgeSecret, nudgePath } from '../../nudge/nudge-secret.ts'
import type { SourceControl } from '../../sources/control.ts'
import type { Sources } from '../../sources/sources.ts'
import type { Api } from '../instance.ts'
import { idParams } from '../schemas/ids.ts'
import { madeNudgeSecret } from '../schemas/nudge.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

export interface NudgeSecretRouteDeps {
  sources: Pick<Sources, 'get'>
  sourceControl: Pick<SourceControl, 'patch'>
  ownership: Pick<Ownership, 'refuseChange'>
}

/** Makes a secret for nudges. One that ElevenLabs has made is entered as `nudge_secret` of the source. */
export function addNudgeSecretRoute(app: Api, deps: NudgeSecretRouteDeps): void {
  app.post(
    '/v1/sources/:id/nudge-secret',
    {
      schema: {
        tags: ['sources'],
        operationId: 'makeNudgeSecret',
        summary: 'Make a secret for the nudges of a source',
        description:
          'For something of your own that signs as ElevenLabs does. ElevenLabs makes the secret of a webhook itself: enter that one with PATCH, as `nudge_secret`. The secret of before ends at once.',
        params: idParams,
        response: {
          200: answer('The secret, for this one time', madeNudgeSecret),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params: { id } }) => {
      await deps.sources.get(id)
      const secret = createNudgeSecret()
      deps.ownership.refuseChange(id, { nudge_secret: secret })
      await deps.sourceControl.patch(id, { nudge_secret: secret })
      return { secret, path: nudgePath(id) }
    },
  )
}

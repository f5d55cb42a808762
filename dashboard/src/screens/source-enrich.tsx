import { api, good, type Source } from '../api.ts'
import { plural } from '../format.ts'
import { Action, Badge, Card } from '../parts/basics.tsx'
import { tell } from '../parts/toast.tsx'
import { useCanWrite } from '../session.ts'

/** Whether each event has its conversation in it. */
export function EnrichCard({ source, onChange }: { source: Source; onChange: () => Promise<void> }) {
  const { enrich, totals } = source
  const canWrite = useCanWrite()
  const turn = async () => {
    await tell(
      good(api.PATCH('/v1/sources/{id}', { params: { path: { id: source.id } }, body: { enrich: !enrich } })),
      enrich
        ? 'Events come without their conversation from now on.'
        : 'Events have their conversation from now on.',
    )
    await onChange()
  }
  return (
    <Card
      title="Conversation details"
      actions={enrich ? <Badge tone="good">On</Badge> : <Badge tone="quiet">Off</Badge>}
    >
      <p class="muted">
        {enrich
          ? `Each event waits up to 10 seconds for its conversation, and has its duration, outcome, summary and phone number. ${plural(totals.enrichment_requests, 'request')} so far.`
          : 'Events can have the duration, outcome, summary and phone number of the call. Each then waits up to 10 seconds, and takes a request more.'}
      </p>
      {canWrite && (
        <div class="actions after">
          <Action class="small" run={turn}>
            {enrich ? 'Turn off' : 'Turn on'}
          </Action>
        </div>
      )}
    </Card>
  )
}

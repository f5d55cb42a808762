import type { DestinationKind } from '../api.ts'
import { KindMark } from '../parts/kind-mark.tsx'
import { Page } from '../parts/page.tsx'
import { href } from '../router.ts'

/** The first step of adding an endpoint: what is at the other end. */
export function KindChoice({ kinds }: { kinds: DestinationKind[] }) {
  return (
    <Page
      title="Add an endpoint"
      lead="Where do you want to hear of your callers?"
      back={['/endpoints', 'Endpoints']}
    >
      <ul class="kinds" aria-label="Kinds of endpoints">
        {kinds.map(({ kind, title, description }) => (
          <li key={kind}>
            <a class="kind" href={href('/endpoints/new', { kind })}>
              <KindMark kind={kind} size={22} />
              <span class="kind-text">
                <strong>{title}</strong>
                <span class="muted">{description}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Page>
  )
}

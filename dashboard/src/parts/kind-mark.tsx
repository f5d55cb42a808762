import { kindIcon } from '../kinds.ts'
import { Icon } from './icon.tsx'

/** The mark of a kind of endpoint. It says nothing by itself: the kind's name is beside it. */
export function KindMark({ kind, size = 18 }: { kind: string; size?: number }) {
  return (
    <span class="kind-mark" aria-hidden="true">
      <Icon name={kindIcon(kind)} size={size} />
    </span>
  )
}

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { wayBack } from '../router.ts'
import { Icon } from './icon.tsx'

/** A screen: its name, what can be done, and what it shows. */
export function Page(props: {
  title: string
  /** What is shown as the name, where it is more than text. */
  heading?: ComponentChildren
  lead?: ComponentChildren
  back?: [path: string, name: string]
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  const { title, back } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ringpost`
  }, [title])
  useEffect(() => {
    // Tells a screen reader that another screen is there, and has the Tab key begin with it.
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <>
      <div class="page-head">
        <div class="page-title">
          {back && <Back path={back[0]} name={back[1]} />}
          <h1 ref={heading} tabIndex={-1}>
            {props.heading ?? title}
          </h1>
          {props.lead && <div class="lead">{props.lead}</div>}
        </div>
        {props.actions && <div class="actions">{props.actions}</div>}
      </div>
      {props.children}
    </>
  )
}

/** To the list that this is one of; where one has come from there, to where it was left. */
function Back({ path, name }: { path: string; name: string }) {
  const { url, isBefore } = wayBack(path)
  return (
    <a
      class="back"
      href={url}
      onClick={(event) => {
        if (!isBefore || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        window.history.back()
      }}
    >
      <Icon name="chevron" size={14} />
      {name}
    </a>
  )
}

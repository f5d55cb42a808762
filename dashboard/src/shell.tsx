import { useEffect, useState } from 'preact/hooks'
import { useLive } from './live.ts'
import { Card, Empty } from './parts/basics.tsx'
import { Icon, type IconName } from './parts/icon.tsx'
import { Logo } from './parts/logo.tsx'
import { Page } from './parts/page.tsx'
import { tell } from './parts/toast.tsx'
import { href, type Place, usePlace } from './router.ts'
import { DeliveriesScreen } from './screens/deliveries.tsx'
import { DeliveryScreen } from './screens/delivery.tsx'
import { EndpointScreen } from './screens/endpoint.tsx'
import { EndpointFormScreen } from './screens/endpoint-form.tsx'
import { EndpointsScreen } from './screens/endpoints.tsx'
import { EventScreen } from './screens/event.tsx'
import { EventsScreen } from './screens/events.tsx'
import { LiveScreen } from './screens/live.tsx'
import { Overview } from './screens/overview.tsx'
import { SettingsScreen } from './screens/settings.tsx'
import { SourceScreen } from './screens/source.tsx'
import { SourceFormScreen } from './screens/source-form.tsx'
import { SourcesScreen } from './screens/sources.tsx'
import { UserScreen } from './screens/user.tsx'
import { UsersScreen } from './screens/users.tsx'
import { useSession } from './session.ts'

const MENU: [path: string, name: string, icon: IconName][] = [
  ['/', 'Overview', 'overview'],
  ['/live', 'Live', 'live'],
  ['/users', 'Callers', 'users'],
  ['/events', 'Events', 'events'],
  ['/deliveries', 'Deliveries', 'deliveries'],
  ['/endpoints', 'Endpoints', 'endpoints'],
  ['/sources', 'Sources', 'sources'],
  ['/settings', 'Settings', 'settings'],
]

function screenOf({ path, query }: Place) {
  const [, area = '', id, what] = path.split('/')
  const at = id === undefined ? '' : decode(id)
  switch (area) {
    case '':
      return <Overview />
    case 'live':
      return <LiveScreen />
    case 'users':
      return query.has('user') ? (
        <UserScreen
          key={`${query.get('source')} ${query.get('user')}`}
          sourceId={query.get('source') ?? ''}
          userId={query.get('user') ?? ''}
        />
      ) : (
        <UsersScreen />
      )
    case 'events':
      return at ? <EventScreen key={at} id={at} /> : <EventsScreen />
    case 'deliveries':
      return at ? <DeliveryScreen key={at} id={at} /> : <DeliveriesScreen />
    case 'endpoints':
      if (at === 'new') return <EndpointFormScreen key="new" />
      if (what === 'edit') return <EndpointFormScreen key={`edit ${at}`} id={at} />
      return at ? <EndpointScreen key={at} id={at} /> : <EndpointsScreen />
    case 'sources':
      if (at === 'new') return <SourceFormScreen key="new" />
      if (what === 'edit') return <SourceFormScreen key={`edit ${at}`} id={at} />
      return at ? <SourceScreen key={at} id={at} /> : <SourcesScreen />
    case 'settings':
      return <SettingsScreen />
    default:
      return (
        <Page title="Not found">
          <Card>
            <Empty
              icon="search"
              title="There is no such page"
              action={
                <a class="button" href={href('/')}>
                  To the overview
                </a>
              }
            >
              The address may be misspelled, or from another version.
            </Empty>
          </Card>
        </Page>
      )
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The frame around every screen: where one can go, and how the connection is. */
export function Shell() {
  const place = usePlace()
  const { signOut, demo } = useSession()
  const [open, setOpen] = useState(false)
  const area = `/${place.path.split('/')[1] ?? ''}`
  useEffect(() => setOpen(false), [place.path])
  useEffect(() => {
    if (!open) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setOpen(false)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [open])

  return (
    <div class={open ? 'shell menu-open' : 'shell'}>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="topbar">
        <button
          type="button"
          class="icon-button"
          aria-label="Menu"
          aria-expanded={open}
          aria-controls="menu"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'cross' : 'menu'} size={22} />
        </button>
        <a class="brand" href={href('/')} aria-label="ringpost, overview">
          <Logo size={26} />
          <span>ringpost</span>
        </a>
        <Connection />
      </header>
      <nav class="menu" id="menu" aria-label="Main">
        <a class="brand" href={href('/')} aria-label="ringpost, overview">
          <Logo />
          <span>ringpost</span>
        </a>
        <ul>
          {MENU.map(([path, name, icon]) => (
            <li key={path}>
              <a href={href(path)} aria-current={area === path ? 'page' : undefined}>
                <Icon name={icon} />
                {name}
              </a>
            </li>
          ))}
        </ul>
        <div class="menu-foot">
          <Connection />
          <button type="button" class="menu-button" onClick={() => void tell(signOut())}>
            <Icon name="out" />
            Sign out
          </button>
        </div>
      </nav>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape and the button close the menu too */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      {open && <div class="scrim" onClick={() => setOpen(false)} />}
      <main id="content" tabIndex={-1}>
        {demo && (
          <p class="demo-banner">
            <strong>Demo data.</strong> A simulated call centre, and a sample receiver that verifies each
            webhook. Set <code>ELEVENLABS_API_KEY</code> to watch your own callers.
          </p>
        )}
        {screenOf(place)}
      </main>
    </div>
  )
}

const CONNECTION = {
  open: ['good', 'Connected'],
  connecting: ['busy', 'Connecting…'],
  lost: ['warn', 'Reconnecting…'],
} as const

function Connection() {
  const { state } = useLive()
  const [tone, words] = CONNECTION[state]
  return (
    <span class={`connection ${tone}`} role="status">
      <span class="dot" aria-hidden="true" />
      {words}
    </span>
  )
}

/** The outlines of all icons, on a grid of 24. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  live: 'M12 12h.01M8.500 8.500a5 5 0 0 0 0 7M15.500 15.500a5 5 0 0 0 0-7M5.600 5.600a9 9 0 0 0 0 12.800M18.400 18.400a9 9 0 0 0 0-12.800',
  users:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c0-3.300 2.700-5.500 6-5.500s6 2.200 6 5.500M16 4.500a3.500 3.500 0 0 1 0 6.500M17.500 14.800c2.100.7 3.500 2.600 3.500 5.200',
  events: 'M4 6h16M4 12h16M4 18h10',
  deliveries: 'M4 5l16 7-16 7 3-7zM7 12h6',
  endpoints:
    'M9 15l6-6M10.500 6.500l2-2a4.200 4.200 0 0 1 6 6l-2 2M13.500 17.500l-2 2a4.200 4.200 0 0 1-6-6l2-2',
  sources:
    'M12 4c4.400 0 8 1.300 8 3s-3.600 3-8 3-8-1.300-8-3 3.600-3 8-3zM4 7v10c0 1.700 3.600 3 8 3s8-1.300 8-3V7M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  cross: 'M6 6l12 12M18 6L6 18',
  warning:
    'M12 9v4.500M12 17h.01M10.300 4.300L2.900 17.500A2 2 0 0 0 4.600 20.500h14.800a2 2 0 0 0 1.700-3L13.700 4.300a2 2 0 0 0-3.400 0z',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  refresh: 'M20 11a8 8 0 0 0-14.500-3.500L4 9M4 4v5h5M4 13a8 8 0 0 0 14.500 3.500L20 15M20 20v-5h-5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  chevron: 'M9 6l6 6-6 6',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  more: 'M12 5.500v.010M12 12v.010M12 18.500v.010',
  out: 'M14 5h5v14h-5M4 12h10M10 8l-4 4 4 4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16.500 16.500L21 21',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1.500 2.500h3L15 13h5',
  chat: 'M4 5h16v11H9.500L5 20v-4H4z',
  code: 'M9 7.500L4.500 12 9 16.500M15 7.500l4.500 4.500-4.500 4.500',
  bolt: 'M13 3L5 13.500h6L10 21l8-10.500h-6z',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  key: 'M15 9.500a4.500 4.500 0 1 0-4.200 4.490L12.500 15.500v2h2v2h2.500v-3.200l-2.900-2.900A4.500 4.500 0 0 0 15 9.500zM9 8.500h.010',
} as const

export type IconName = keyof typeof PATHS

/** A small picture that says nothing by itself: the words are beside it. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** A call that spreads. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" class="logo-ground" />
      <circle cx="11" cy="21" r="3.2" fill="#fff" />
      <path
        d="M11 13.2a7.800 7.800 0 0 1 7.800 7.800M11 7.400A13.600 13.600 0 0 1 24.600 21"
        fill="none"
        stroke="#fff"
        stroke-width="2.800"
        stroke-linecap="round"
      />
    </svg>
  )
}

/** One of a few, side by side. */
export function Segments<T extends string>(props: {
  label: string
  chosen: T
  of: readonly (readonly [value: T, words: string])[]
  onChange: (value: T) => void
}) {
  return (
    <fieldset class="segments" aria-label={props.label}>
      {props.of.map(([value, words]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.chosen}
          onClick={() => props.onChange(value)}
        >
          {words}
        </button>
      ))}
    </fieldset>
  )
}

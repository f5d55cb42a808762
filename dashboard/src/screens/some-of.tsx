/** Everything, or some of it. Null stands for everything. */
export function SomeOf(props: {
  legend: string
  everything: string
  everythingHelp: string
  chosen: string[] | null
  of: { value: string; words: string; help: string }[]
  first: string[]
  onChange: (chosen: string[] | null) => void
  error: string | undefined
}) {
  const { chosen, onChange } = props
  // A pattern such as user.* that was set elsewhere stays where it is not touched.
  const patterns = (chosen ?? []).filter((one) => !props.of.some(({ value }) => value === one))
  const offered = [...patterns.map((value) => ({ value, words: value, help: 'A pattern.' })), ...props.of]
  return (
    <fieldset class="choice">
      <legend>{props.legend}</legend>
      <label class="option">
        <input type="radio" checked={chosen === null} onChange={() => onChange(null)} />
        <span>
          {props.everything} <span class="help">{props.everythingHelp}</span>
        </span>
      </label>
      <label class="option">
        <input type="radio" checked={chosen !== null} onChange={() => onChange(props.first)} />
        <span>Only some</span>
      </label>
      {chosen !== null && (
        <div class="options">
          {offered.map((one) => (
            <label key={one.value} class="option">
              <input
                type="checkbox"
                checked={chosen.includes(one.value)}
                onChange={(event) => {
                  const without = chosen.filter((value) => value !== one.value)
                  onChange(event.currentTarget.checked ? [...without, one.value] : without)
                }}
              />
              <span>
                {one.words} {one.help && <span class="help">{one.help}</span>}
              </span>
            </label>
          ))}
          {chosen.length === 0 && (
            <p class="help error">Choose at least one: none at all would mean every one.</p>
          )}
        </div>
      )}
      {props.error && <p class="help error">This {props.error}.</p>}
    </fieldset>
  )
}

import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** One field of a form, as data: a kind of endpoint describes itself by a list of these. */
export interface FieldDescription {
  name: string
  label: string
  type: 'text' | 'url' | 'secret' | 'number' | 'choice' | 'switch' | 'lines'
  help?: string
  placeholder?: string
  required?: boolean
  /** Of a `choice`: value and what is shown of it. */
  choices?: readonly (readonly [value: string, words: string])[]
  /** Behind "More settings". */
  advanced?: boolean
}

export type Values = Record<string, string>

/** Renders the fields of a description. What the API says of one of them is shown at it. */
export function Fields(props: {
  fields: readonly FieldDescription[]
  values: Values
  errors: Record<string, string>
  onChange: (name: string, value: string) => void
}) {
  const { fields } = props
  const shown = fields.filter(({ advanced }) => !advanced)
  const behind = fields.filter(({ advanced }) => advanced)
  const render = (field: FieldDescription) => (
    <Field
      key={field.name}
      field={field}
      value={props.values[field.name] ?? ''}
      error={errorOf(props.errors, field.name)}
      onChange={(value) => props.onChange(field.name, value)}
    />
  )
  const open = behind.some(({ name }) => errorOf(props.errors, name) !== undefined)
  return (
    <>
      {shown.map(render)}
      {behind.length > 0 && (
        <details class="more" open={open || undefined}>
          <summary>More settings</summary>
          <div class="more-in">{behind.map(render)}</div>
        </details>
      )}
    </>
  )
}

/** The API names a place inside of a field, too: `headers.x-key`. */
function errorOf(errors: Record<string, string>, name: string): string | undefined {
  const path = Object.keys(errors).find((one) => one === name || one.startsWith(`${name}.`))
  return path === undefined ? undefined : errors[path]
}

function Field(props: {
  field: FieldDescription
  value: string
  error: string | undefined
  onChange: (value: string) => void
}) {
  const { field, value, error } = props
  const id = useId()
  const shared = {
    id,
    name: field.name,
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-help`,
    required: field.required ?? false,
  }
  const onText = (event: { currentTarget: { value: string } }) => props.onChange(event.currentTarget.value)
  if (field.type === 'switch') {
    return (
      <Labelled id={id} field={field} error={error} inline>
        <input
          {...shared}
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => props.onChange(String(event.currentTarget.checked))}
        />
      </Labelled>
    )
  }
  return (
    <Labelled id={id} field={field} error={error}>
      {field.type === 'choice' ? (
        <select {...shared} value={value} onChange={onText}>
          {field.choices?.map(([choice, words]) => (
            <option key={choice} value={choice}>
              {words}
            </option>
          ))}
        </select>
      ) : field.type === 'lines' ? (
        <textarea
          {...shared}
          rows={3}
          spellcheck={false}
          placeholder={field.placeholder}
          value={value}
          onInput={onText}
        />
      ) : (
        <input
          {...shared}
          // Numbers too are text: what a browser takes for no number, it would drop in silence.
          type={(field.type === 'secret' ? 'password' : 'text') as 'text'}
          inputMode={field.type === 'url' ? 'url' : field.type === 'number' ? 'decimal' : 'text'}
          autocomplete={field.type === 'secret' ? 'new-password' : 'off'}
          autocapitalize="off"
          spellcheck={false}
          placeholder={field.placeholder}
          value={value}
          onInput={onText}
        />
      )}
    </Labelled>
  )
}

function Labelled(props: {
  id: string
  field: FieldDescription
  error: string | undefined
  inline?: boolean
  children: ComponentChildren
}) {
  const { id, field, error } = props
  return (
    <div class={props.inline ? 'field inline' : 'field'}>
      <label for={id}>
        {field.label}
        {!field.required && !props.inline && !field.advanced && <span class="optional"> optional</span>}
      </label>
      {props.children}
      <p class={error ? 'help error' : 'help'} id={`${id}-help`}>
        {error ? `This ${error}.` : field.help}
      </p>
    </div>
  )
}

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ApiError } from '../api.ts'
import { Failure } from './basics.tsx'
import { Icon } from './icon.tsx'

/** One field of a form, as data: a kind of endpoint describes itself by a list of these. */
export interface FieldDescription {
  /** The path that the API knows it by. */
  name: string
  label: string
  type: 'text' | 'url' | 'secret' | 'number' | 'choice' | 'switch' | 'lines' | 'code' | 'zone'
  help?: string
  placeholder?: string
  required?: boolean
  longest?: number
  /** Of a `choice`: value and what is shown of it. */
  choices?: readonly (readonly [value: string, words: string])[]
}

export type Values = Record<string, string>

interface FieldsProps {
  fields: readonly FieldDescription[]
  values: Values
  errors: Record<string, string>
  onChange: (name: string, value: string) => void
}

/** Renders the fields of a description. What the API says of one of them is shown at it. */
export function Fields(props: FieldsProps) {
  return (
    <>
      {props.fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={props.values[field.name] ?? ''}
          error={errorOf(props.errors, field.name)}
          onChange={(value) => props.onChange(field.name, value)}
        />
      ))}
    </>
  )
}

/** Fields that most people leave as they are: folded, unless one of them is set or refused. */
export function MoreFields(props: FieldsProps & { title?: string }) {
  const { fields, values, errors } = props
  const refused = fields.some(({ name }) => errorOf(errors, name) !== undefined)
  const [open, setOpen] = useState(() => fields.some(({ name, type }) => type !== 'choice' && values[name]))
  return (
    <details class="more" open={open || refused} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.title ?? 'More settings'}</summary>
      <div class="more-in">
        <Fields fields={fields} values={values} errors={errors} onChange={props.onChange} />
      </div>
    </details>
  )
}

/** The API names a place inside of a field, too: `headers.x-key`. */
export function errorOf(errors: Record<string, string>, name: string): string | undefined {
  const path = Object.keys(errors).find((one) => one === name || one.startsWith(`${name}.`))
  if (path === undefined) return undefined
  const inside = path.slice(name.length + 1)
  const message = errors[path] ?? ''
  // Some messages name their place themselves.
  return inside === '' || message.startsWith(name) ? message : `${inside} ${message}`
}

/**
 * What went wrong with a form. Where all of it is said at the fields, it leads there, and the first of them has the
 * focus.
 */
export function FormFailure({ error, names }: { error: ApiError; names: readonly string[] }) {
  const place = useRef<HTMLDivElement>(null)
  const paths = Object.keys(error.fields)
  const known = paths.filter((path) => names.some((name) => path === name || path.startsWith(`${name}.`)))
  const atFields = known.length > 0 && known.length === paths.length
  useEffect(() => {
    const first = place.current?.closest('form, dialog')?.querySelector<HTMLElement>('[aria-invalid="true"]')
    if (first) first.focus()
    else place.current?.scrollIntoView({ block: 'nearest' })
  }, [error])
  return (
    <div ref={place}>
      {atFields ? (
        <div class="notice bad" role="alert">
          <Icon name="warning" />
          <p>
            {known.length === 1 ? 'One field needs' : `${known.length} fields need`} another look, see above.
          </p>
        </div>
      ) : (
        <Failure error={error} />
      )}
    </div>
  )
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
    ...(field.longest === undefined ? {} : { maxLength: field.longest }),
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
      ) : field.type === 'lines' || field.type === 'code' ? (
        <textarea
          {...shared}
          rows={field.type === 'lines' ? 2 : Math.min(14, Math.max(3, value.split('\n').length))}
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
          {...(field.type === 'zone' ? { list: `${id}-zones` } : {})}
        />
      )}
      {field.type === 'zone' && <Zones id={`${id}-zones`} />}
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
        {!field.required && !props.inline && field.type !== 'choice' && (
          <span class="optional"> optional</span>
        )}
      </label>
      {props.children}
      <p class={error ? 'help error' : 'help'} id={`${id}-help`}>
        {error ? asSentence(error) : field.help}
      </p>
    </div>
  )
}

/** What the API says of a field completes its name: "must be a number". */
function asSentence(message: string): string {
  const words = /^(must|is|has|can|cannot|does|needs|belongs)\b/.test(message) ? `This ${message}` : message
  const text = words.charAt(0).toUpperCase() + words.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** All time zones that the browser knows, to be chosen from while one types. */
function Zones({ id }: { id: string }) {
  return (
    <datalist id={id}>
      {Intl.supportedValuesOf('timeZone').map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  )
}

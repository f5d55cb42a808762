import { useEffect, useState } from 'preact/hooks'
import {
  ApiError,
  allEventTypes,
  allSources,
  api,
  type CreatedEndpoint,
  type Endpoint,
  good,
} from '../api.ts'
import { prettyJson } from '../format.ts'
import { KINDS, kindBody, SHARED_FIELDS, SHARED_MORE } from '../kinds.ts'
import { Card, Code, Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { Fields, type Values } from '../parts/form.tsx'
import { Page } from '../parts/page.tsx'
import { say } from '../parts/toast.tsx'
import { go, href } from '../router.ts'
import { useQuery } from '../use-query.ts'
import { eventWords } from '../words.ts'
import { SecretOnce } from './endpoint-secret.tsx'

function valuesOf(endpoint: Endpoint): Values {
  return {
    url: endpoint.url,
    description: endpoint.description,
    headers: '',
    rate_limit: endpoint.rate_limit === null ? '' : String(endpoint.rate_limit),
    filter: endpoint.filter === null ? '' : JSON.stringify(endpoint.filter, null, 2),
  }
}

/** Adding an endpoint or changing one: the fields of its kind, what it gets, and what that looks like. */
export function EndpointFormScreen({ id }: { id?: string }) {
  const isNew = id === undefined
  const loaded = useQuery(`endpoint form ${id ?? 'new'}`, async () => {
    const [endpoint, types, sources] = await Promise.all([
      isNew ? null : good(api.GET('/v1/endpoints/{id}', { params: { path: { id } } })),
      allEventTypes(),
      allSources(),
    ])
    return { endpoint, types, sources }
  })
  const [kind, setKind] = useState(KINDS[0]?.kind ?? '')
  const [values, setValues] = useState<Values>({ signing: 'hmac-sha256' })
  const [types, setTypes] = useState<string[] | null>(null)
  const [sourceIds, setSourceIds] = useState<string[] | null>(null)
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const [created, setCreated] = useState<CreatedEndpoint>()
  const { data } = loaded
  useEffect(() => {
    if (!data?.endpoint) return
    setKind(data.endpoint.kind)
    setValues(valuesOf(data.endpoint))
    setTypes(data.endpoint.event_types?.length ? data.endpoint.event_types : null)
    setSourceIds(data.endpoint.source_ids)
  }, [data === undefined])

  const description = KINDS.find((one) => one.kind === kind)
  const title = isNew ? 'Add an endpoint' : 'Edit the endpoint'
  const back: [string, string] = isNew ? ['/endpoints', 'Endpoints'] : [`/endpoints/${id}`, 'Endpoint']
  if (created) return <SecretOnce endpoint={created} />
  if (data === undefined || description === undefined) {
    return (
      <Page title={title} back={back}>
        {loaded.error ? <Failure error={loaded.error} retry={loaded.refresh} /> : <Skeleton lines={8} />}
      </Page>
    )
  }
  const fields = isNew
    ? description.fields
    : description.fields
        .filter(({ name }) => name !== 'signing')
        .map((field) =>
          field.name === 'headers' && Object.keys(data.endpoint?.headers ?? {}).length > 0
            ? {
                ...field,
                help: `Has ${Object.keys(data.endpoint?.headers ?? {}).join(', ')}. What is named here is set; the others stay.`,
              }
            : field,
        )

  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const body = {
        ...kindBody({ ...description, fields }, values),
        description: values.description?.trim() ?? '',
        event_types: types,
        source_ids: sourceIds,
        rate_limit: values.rate_limit?.trim() ? Number(values.rate_limit) : null,
        filter: readFilter(values.filter ?? ''),
      }
      if (isNew) {
        setCreated(await good(api.POST('/v1/endpoints', { body: { kind, ...body } as never })))
      } else {
        await good(api.PATCH('/v1/endpoints/{id}', { params: { path: { id } }, body: body as never }))
        say('Saved.')
        go(href(`/endpoints/${id}`))
      }
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError({ detail: String(failure) }, 0))
    }
    setBusy(false)
  }

  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }))
  const errors = error?.fields ?? {}
  return (
    <Page title={title} back={back} lead={isNew ? 'Where callers are announced.' : undefined}>
      <form
        class="form-columns"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Card>
          {data.endpoint?.managed_by === 'file' && (
            <Notice tone="warn">The configuration file names it. What that sets is changed there.</Notice>
          )}
          {isNew && KINDS.length > 1 && (
            <fieldset class="kinds">
              <legend>Kind</legend>
              {KINDS.map((one) => (
                <label key={one.kind} class="kind">
                  <input
                    type="radio"
                    name="kind"
                    checked={one.kind === kind}
                    onChange={() => setKind(one.kind)}
                  />
                  <strong>{one.title}</strong>
                  <span class="muted">{one.summary}</span>
                </label>
              ))}
            </fieldset>
          )}
          <Fields
            fields={fields.filter(({ advanced }) => !advanced)}
            values={values}
            errors={errors}
            onChange={set}
          />
          <Fields fields={SHARED_FIELDS} values={values} errors={errors} onChange={set} />
          <Choice
            legend="What it gets"
            everything="Every event of a caller"
            everythingHelp="New, called again, returned, milestones and the rest."
            chosen={types}
            of={data.types
              .filter(({ type }) => type !== 'ringpost.test')
              .map(({ type, description: help }) => ({ value: type, words: eventWords(type)[0], help }))}
            first={['user.created']}
            onChange={setTypes}
            error={errors.event_types}
          />
          {data.sources.length > 1 && (
            <Choice
              legend="Of which sources"
              everything="Every source"
              everythingHelp="Those that are added later, too."
              chosen={sourceIds}
              of={data.sources.map((source) => ({ value: source.id, words: source.name, help: '' }))}
              first={data.sources.slice(0, 1).map((source) => source.id)}
              onChange={setSourceIds}
              error={errors.source_ids}
            />
          )}
          <Fields
            fields={[...fields.filter(({ advanced }) => advanced), ...SHARED_MORE]}
            values={values}
            errors={errors}
            onChange={set}
          />
          {error && <Failure error={error} />}
          <div class="form-foot">
            <a class="button" href={href(back[0])}>
              Cancel
            </a>
            <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
              {isNew ? 'Add the endpoint' : 'Save'}
            </button>
          </div>
        </Card>
        <Preview types={data.types} chosen={types} />
      </form>
    </Page>
  )
}

function readFilter(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(
      {
        detail: 'The filter is not JSON.',
        errors: [{ path: 'filter', message: 'is not JSON: look at its quotes and brackets' }],
      },
      400,
    )
  }
}

/** Everything, or some of it. Null stands for everything. */
function Choice(props: {
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
          {[...patterns.map((value) => ({ value, words: value, help: 'A pattern.' })), ...props.of].map(
            (one) => (
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
            ),
          )}
          {chosen.length === 0 && (
            <p class="help error">Choose at least one: none at all would mean every one.</p>
          )}
        </div>
      )}
      {props.error && <p class="help error">This {props.error}.</p>}
    </fieldset>
  )
}

/** The message as it will be sent. */
function Preview(props: { types: { type: string; sample: unknown }[]; chosen: string[] | null }) {
  const { types, chosen } = props
  const [type, setType] = useState('user.created')
  const offered = types.filter((one) =>
    chosen === null ? one.type.startsWith('user.') : chosen.includes(one.type),
  )
  const shown = offered.find((one) => one.type === type) ?? offered[0] ?? types[0]
  return (
    <Card title="Preview" class="preview">
      <div class="field">
        <label for="preview-type">The message of</label>
        <select
          id="preview-type"
          value={shown?.type}
          onChange={(event) => setType(event.currentTarget.value)}
        >
          {offered.map((one) => (
            <option key={one.type} value={one.type}>
              {eventWords(one.type)[0]}
            </option>
          ))}
        </select>
      </div>
      <Code label="The message" text={prettyJson(JSON.stringify(shown?.sample ?? {}))} />
    </Card>
  )
}

import { useEffect, useState } from 'preact/hooks'
import {
  type ApiError,
  allEventTypes,
  allSources,
  api,
  type CreatedEndpoint,
  type DestinationKind,
  type Endpoint,
  type EventTypeInfo,
  good,
  type Source,
  shownError,
} from '../api.ts'
import { bodyOf, endpointFields, furtherFields, jsonOf, valuesOf } from '../endpoint-values.ts'
import { allKinds } from '../kinds.ts'
import { Card, Notice, Unloaded } from '../parts/basics.tsx'
import { Fields, FormFailure, MoreFields } from '../parts/form.tsx'
import { KindMark } from '../parts/kind-mark.tsx'
import { MessagePreview } from '../parts/message-preview.tsx'
import { Page } from '../parts/page.tsx'
import { say } from '../parts/toast.tsx'
import { go, href, usePlace } from '../router.ts'
import { useQuery } from '../use-query.ts'
import { endpointName, eventWords } from '../words.ts'
import { KindChoice } from './endpoint-kind-choice.tsx'
import { SecretOnce } from './endpoint-secret.tsx'
import { SomeOf } from './some-of.tsx'

interface Loaded {
  endpoint: Endpoint | null
  kinds: DestinationKind[]
  types: EventTypeInfo[]
  sources: Source[]
}

/** Adding an endpoint or changing one: what is at the other end, and then the fields of its kind. */
export function EndpointFormScreen({ id }: { id?: string }) {
  const isNew = id === undefined
  const { query } = usePlace()
  const loaded = useQuery(`endpoint form ${id ?? 'new'}`, async (): Promise<Loaded> => {
    const [endpoint, kinds, types, sources] = await Promise.all([
      isNew ? null : good(api.GET('/v1/endpoints/{id}', { params: { path: { id } } })),
      allKinds(),
      allEventTypes(),
      allSources(),
    ])
    return { endpoint, kinds, types, sources }
  })
  const { data, error } = loaded
  const title = isNew ? 'Add an endpoint' : 'Edit the endpoint'
  const back: [string, string] = isNew ? ['/endpoints', 'Endpoints'] : [`/endpoints/${id}`, 'Endpoint']
  if (data === undefined) {
    return (
      <Page title={title} back={back}>
        <Unloaded
          what="endpoint"
          error={error}
          retry={loaded.refresh}
          others={[href('/endpoints'), 'All endpoints']}
        />
      </Page>
    )
  }
  const wanted = data.endpoint?.kind ?? query.get('kind')
  const kind = data.kinds.find((one) => one.kind === wanted)
  if (kind === undefined) return <KindChoice kinds={data.kinds} />
  return <EndpointForm key={kind.kind} kind={kind} loaded={data} />
}

function EndpointForm({ kind, loaded }: { kind: DestinationKind; loaded: Loaded }) {
  const { endpoint, types, sources } = loaded
  const [before] = useState(() => valuesOf(kind, endpoint))
  const [values, setValues] = useState(before)
  const [chosenTypes, setTypes] = useState(endpoint?.event_types?.length ? endpoint.event_types : null)
  const [sourceIds, setSourceIds] = useState(endpoint?.source_ids ?? null)
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const [created, setCreated] = useState<CreatedEndpoint>()
  const main = endpointFields(kind, endpoint)
  const further = furtherFields(kind, endpoint)
  const fields = [...main, ...further]
  const errors = error?.fields ?? {}
  const set = (name: string, value: string) => setValues((old) => ({ ...old, [name]: value }))

  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const body = {
        ...bodyOf(fields, values, endpoint === null ? null : before),
        ...changed('event_types', chosenTypes, endpoint),
        ...changed('source_ids', sourceIds, endpoint),
      }
      if (endpoint === null) {
        setCreated(await good(api.POST('/v1/endpoints', { body: { kind: kind.kind, ...body } as never })))
        window.scrollTo(0, 0)
      } else {
        const params = { path: { id: endpoint.id } }
        await good(api.PATCH('/v1/endpoints/{id}', { params, body: body as never }))
        say('Saved.')
        go(href(`/endpoints/${endpoint.id}`))
      }
    } catch (failure) {
      setError(shownError(failure))
    }
    setBusy(false)
  }

  if (created) return <SecretOnce endpoint={created} />
  const back: [string, string] = endpoint
    ? [`/endpoints/${endpoint.id}`, endpointName(endpoint)]
    : ['/endpoints/new', 'All kinds']
  return (
    <Page
      title={endpoint ? `Edit ${endpointName(endpoint)}` : `Add ${kind.title}`}
      back={back}
      lead={kind.description}
    >
      <form
        class="form-columns"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Card
          title={
            <span class="with-mark">
              <KindMark kind={kind.kind} /> {kind.title}
            </span>
          }
        >
          {endpoint?.managed_by === 'file' && (
            <Notice tone="warn">The configuration file names it. What that sets is changed there.</Notice>
          )}
          <Fields fields={main} values={values} errors={errors} onChange={set} />
          <SomeOf
            legend="What it gets"
            everything="Everything about callers"
            everythingHelp="New, called again, returned, milestones and the rest."
            chosen={chosenTypes}
            of={types
              .filter(({ type }) => type !== 'ringpost.test')
              .map(({ type, description: help }) => ({ value: type, words: eventWords(type)[0], help }))}
            first={['user.created']}
            onChange={setTypes}
            error={errors.event_types}
          />
          {sources.length > 1 && (
            <SomeOf
              legend="Of which sources"
              everything="Every source"
              everythingHelp="Those that are added later, too."
              chosen={sourceIds}
              of={sources.map((source) => ({ value: source.id, words: source.name, help: '' }))}
              first={sources.slice(0, 1).map((source) => source.id)}
              onChange={setSourceIds}
              error={errors.source_ids}
            />
          )}
          <MoreFields fields={further} values={values} errors={errors} onChange={set} />
          {error && (
            <FormFailure
              error={error}
              names={[...fields.map(({ name }) => name), 'event_types', 'source_ids']}
            />
          )}
          <div class="form-foot">
            <a class="button" href={href(endpoint ? back[0] : '/endpoints')}>
              Cancel
            </a>
            <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
              {endpoint ? 'Save' : 'Add the endpoint'}
            </button>
          </div>
        </Card>
        <Preview kind={kind} values={values} types={types} chosen={chosenTypes} />
      </form>
    </Page>
  )
}

/** One choice, where it is not what it was. */
function changed(name: 'event_types' | 'source_ids', value: string[] | null, endpoint: Endpoint | null) {
  const old = endpoint?.[name] ?? null
  return JSON.stringify(value) === JSON.stringify(old?.length ? old : null) ? {} : { [name]: value }
}

/** The message as it will be sent, while it is set up. */
function Preview(props: {
  kind: DestinationKind
  values: Record<string, string>
  types: EventTypeInfo[]
  chosen: string[] | null
}) {
  const { kind, values, types, chosen } = props
  const [type, setType] = useState('user.created')
  const offered = types.filter((one) =>
    chosen === null ? one.type.startsWith('user.') : chosen.some((pattern) => fits(pattern, one.type)),
  )
  const shown = offered.find((one) => one.type === type) ?? offered[0] ?? types[0]
  const [template, setTemplate] = useState<unknown>(null)
  useEffect(() => {
    const text = values.template?.trim() ?? ''
    try {
      setTemplate(text === '' ? null : jsonOf('template', text))
    } catch {
      // Not JSON yet: the last one that was stays in the preview.
    }
  }, [values.template])
  const settings = Object.entries(values)
    .filter(([name, value]) => name.startsWith('settings.') && value.trim() !== '')
    .map(([name, value]) => [name.slice('settings.'.length), value.trim()])
  return (
    <Card title="Preview" class="preview">
      <div class="field">
        <label for="preview-type">What happened</label>
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
      <MessagePreview
        wish={{
          kind: kind.kind,
          event_type: shown?.type ?? 'user.created',
          settings: Object.fromEntries(settings),
          template,
          format: values.format ?? 'standard',
        }}
      />
    </Card>
  )
}

function fits(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

import { useEffect, useState } from 'preact/hooks'
import { type ApiError, api, good, type Source, shownError } from '../api.ts'
import { Card, Notice, Unloaded } from '../parts/basics.tsx'
import { type FieldDescription, Fields, FormFailure, MoreFields, type Values } from '../parts/form.tsx'
import { Page } from '../parts/page.tsx'
import { say } from '../parts/toast.tsx'
import { go, href } from '../router.ts'
import { useQuery } from '../use-query.ts'

const OTHER = 'other'
const REGIONS = [
  ['https://api.elevenlabs.io', 'Global'],
  ['https://api.us.elevenlabs.io', 'United States'],
  ['https://api.eu.residency.elevenlabs.io', 'European Union'],
  ['https://api.in.residency.elevenlabs.io', 'India'],
  ['https://api.sg.residency.elevenlabs.io', 'Singapore'],
  [OTHER, 'Another address…'],
] as const

const NAME: FieldDescription = {
  name: 'name',
  label: 'Name',
  type: 'text',
  required: true,
  placeholder: 'Support line',
  help: 'How you call it. It is in each event.',
}
const ADDRESS: FieldDescription = {
  name: 'base_url',
  label: 'Address',
  type: 'url',
  required: true,
  placeholder: 'https://api.elevenlabs.io',
  help: 'Of the API, or of a proxy in front of it.',
}
const REGION: FieldDescription = {
  name: 'region',
  label: 'Region',
  type: 'choice',
  required: true,
  choices: REGIONS,
  help: 'Where the workspace is. A key works in its own region only.',
}
const key = (required: boolean): FieldDescription => ({
  name: 'api_key',
  label: 'API key',
  type: 'secret',
  required,
  placeholder: required ? 'sk_…' : 'unchanged',
  help: required
    ? 'From ElevenLabs, under Developers. The scope convai_read is enough. It is kept encrypted and never shown.'
    : 'Leave it empty to keep the present one. Another key begins a new, silent baseline.',
})
const ENRICH: FieldDescription = {
  name: 'enrich',
  label: 'Add the conversation to each event',
  type: 'switch',
  help: 'Its duration, outcome, summary and phone number. An event waits for it up to 10 seconds, and each takes a request more.',
}
const MORE: FieldDescription[] = [
  {
    name: 'agent_id',
    label: 'Agent',
    type: 'text',
    placeholder: 'agent_…',
    help: 'Only the callers of this agent.',
  },
  {
    name: 'branch_id',
    label: 'Branch',
    type: 'text',
    help: 'Only the callers of this branch of an agent.',
  },
  {
    name: 'poll_interval',
    label: 'Poll every',
    type: 'text',
    placeholder: '30s',
    help: 'Written 10s, 1m or 1h.',
  },
  {
    name: 'overlap',
    label: 'Look back',
    type: 'text',
    placeholder: '2m',
    help: 'How far each poll reads beyond the last, for calls that are listed late.',
  },
  {
    name: 'returned_after',
    label: 'Returned after',
    type: 'text',
    placeholder: '30d',
    help: 'A call after a longer silence is announced as "returned".',
  },
  {
    name: 'milestones',
    label: 'Milestones',
    type: 'text',
    placeholder: '5, 10, 25, 50, 100',
    help: 'Numbers of calls that are announced, rising.',
  },
  {
    name: 'sentiment_threshold',
    label: 'Sentiment threshold',
    type: 'number',
    placeholder: '-0.3',
    help: 'A recent average that falls below this is announced.',
  },
]

const fieldsFor = (values: Values, isNew: boolean): FieldDescription[] => [
  NAME,
  key(isNew),
  REGION,
  ...(values.region === OTHER ? [ADDRESS] : []),
  ENRICH,
]

function valuesOf(source: Source): Values {
  const known = REGIONS.some(([url]) => url === source.base_url)
  return {
    name: source.name,
    api_key: '',
    region: known ? source.base_url : OTHER,
    base_url: source.base_url,
    agent_id: source.agent_id ?? '',
    branch_id: source.branch_id ?? '',
    poll_interval: source.poll_interval,
    overlap: source.overlap,
    enrich: String(source.enrich),
    returned_after: source.returned_after,
    milestones: source.milestones?.join(', ') ?? '',
    sentiment_threshold: source.sentiment_threshold === null ? '' : String(source.sentiment_threshold),
  }
}

/** What the API takes. What is left empty has its default. */
function bodyOf(values: Values) {
  const text = (name: string) => values[name]?.trim() || null
  const milestones = text('milestones')
  return {
    name: text('name') ?? '',
    base_url: values.region === OTHER ? (text('base_url') ?? '') : (values.region ?? ''),
    agent_id: text('agent_id'),
    branch_id: text('branch_id'),
    poll_interval: text('poll_interval'),
    overlap: text('overlap'),
    enrich: values.enrich === 'true',
    milestones:
      milestones === null
        ? null
        : milestones
            .split(/[\s,]+/)
            .filter(Boolean)
            .map(Number),
    sentiment_threshold: text('sentiment_threshold') === null ? null : Number(text('sentiment_threshold')),
  }
}

/** Adding a source, tested before it is saved, or changing one. */
export function SourceFormScreen({ id }: { id?: string }) {
  const source = useQuery(`source ${id ?? 'new'}`, async () =>
    id === undefined ? null : good(api.GET('/v1/sources/{id}', { params: { path: { id } } })),
  )
  const [values, setValues] = useState<Values>({ region: REGIONS[0][0], name: '' })
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const isNew = id === undefined
  useEffect(() => {
    const { data } = source
    if (data !== undefined && data !== null) setValues(valuesOf(data))
  }, [source.data === undefined])

  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const body = bodyOf(values)
      const api_key = values.api_key?.trim() ?? ''
      const returned_after = values.returned_after?.trim() || '30d'
      const saved = isNew
        ? await good(
            api.POST('/v1/sources', {
              body: { ...body, api_key, returned_after, paused: false, verify: true },
            }),
          )
        : await good(
            api.PATCH('/v1/sources/{id}', {
              params: { path: { id } },
              body: changes(body, returned_after, api_key, source.data),
            }),
          )
      say(isNew ? 'The key works, and the source is saved.' : 'Saved.')
      go(href(isNew ? '/' : `/sources/${saved.id}`))
    } catch (failure) {
      setError(shownError(failure))
      setBusy(false)
    }
  }

  const set = (name: string, value: string) => setValues((old) => ({ ...old, [name]: value }))
  const back: [string, string] = isNew
    ? ['/sources', 'Sources']
    : [`/sources/${id}`, source.data?.name ?? 'Source']
  const title = isNew ? 'Add a source' : 'Edit the source'
  if (source.data === undefined) {
    return (
      <Page title={title} back={back}>
        <Unloaded
          what="source"
          error={source.error}
          retry={source.refresh}
          others={[href('/sources'), 'All sources']}
        />
      </Page>
    )
  }
  return (
    <Page
      title={title}
      back={back}
      lead={isNew ? 'The ElevenLabs workspace whose callers you want to know of.' : undefined}
    >
      <form
        class="narrow"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Card>
          {source.data && source.data.managed_by !== 'api' && (
            <Notice tone="warn">
              {source.data.managed_by === 'environment'
                ? 'Its address, key and filters come from the environment (ELEVENLABS_…) and are changed there.'
                : 'The configuration file names it. What that sets is changed there.'}
            </Notice>
          )}
          <Fields
            fields={fieldsFor(values, isNew)}
            values={values}
            errors={error?.fields ?? {}}
            onChange={set}
          />
          <MoreFields fields={MORE} values={values} errors={error?.fields ?? {}} onChange={set} />
          {error && (
            <FormFailure
              error={error}
              names={[...fieldsFor(values, isNew), ...MORE].map(({ name }) => name)}
            />
          )}
          <div class="form-foot">
            <a class="button" href={href(back[0])}>
              Cancel
            </a>
            <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
              {isNew ? (busy ? 'Testing the key…' : 'Test and add') : 'Save'}
            </button>
          </div>
        </Card>
        {isNew && (
          <p class="help after-card">
            One request is made to see that the key works. Then everybody who called before is recorded in
            silence: no alerts are sent for them.
          </p>
        )}
      </form>
    </Page>
  )
}

/** Only what was changed: where it is not ours to change, the rest can be saved all the same. */
function changes(
  body: ReturnType<typeof bodyOf>,
  returned_after: string,
  api_key: string,
  source: Source | null | undefined,
) {
  const wanted = { ...body, returned_after }
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(source?.[name as keyof Source] ?? null),
  )
  return {
    ...(Object.fromEntries(changed) as Partial<typeof wanted>),
    ...(api_key === '' ? {} : { api_key }),
  }
}

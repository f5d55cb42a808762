import { useState } from 'preact/hooks'
import { type ApiError, all, api, good, page, shownError, type Token } from '../api.ts'
import { Badge, Card, Copy, Empty, Failure, Skeleton } from '../parts/basics.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Fields } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../parts/time.tsx'
import { say } from '../parts/toast.tsx'
import { useSession } from '../session.ts'
import { useQuery } from '../use-query.ts'

const allTokens = () =>
  all<Token>((cursor) => good(api.GET('/v1/tokens', { params: { query: page(250, cursor) } })))

/** API tokens beside the administrator's. Only the administrator sees and makes them. */
export function Tokens() {
  const { session } = useSession()
  if (!session.scopes.includes('administrator')) {
    return (
      <Card title="API tokens">
        <p class="muted">Only who is signed in with the administrator's token sees and makes them.</p>
      </Card>
    )
  }
  return <TokenList />
}

function TokenList() {
  const tokens = useQuery('tokens', allTokens)
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  return (
    <Card
      title="API tokens"
      flush
      actions={
        <button type="button" class="button small" onClick={() => setMaking(true)}>
          <Icon name="plus" size={14} /> New token
        </button>
      }
    >
      {tokens.error && <Failure error={tokens.error} retry={tokens.refresh} />}
      {tokens.data === undefined ? (
        !tokens.error && <Skeleton lines={2} />
      ) : tokens.data.length === 0 ? (
        <Empty icon="key" title="No further token">
          Give each program and person one of its own, so that it can be revoked alone.
        </Empty>
      ) : (
        <ul class="rows" aria-label="Tokens">
          {tokens.data.map((token) => (
            <li key={token.id} class="row static">
              <span class="row-main">
                <span class="row-title">
                  {token.name} <Badge tone="quiet">{token.scopes.join(' and ')}</Badge>
                </span>
                <span class="row-sub">
                  last used <Time at={token.last_used_at} /> · ends <Time at={token.expires_at} />
                </span>
              </span>
              <button type="button" class="button small danger-text" onClick={() => setRevoking(token)}>
                Revoke<span class="off-screen"> {token.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {making && (
        <NewToken
          onClose={() => {
            setMaking(false)
            void tokens.refresh()
          }}
        />
      )}
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          action="Revoke"
          danger
          onClose={() => setRevoking(undefined)}
          run={async () => {
            await good(api.DELETE('/v1/tokens/{id}', { params: { path: { id: revoking.id } } }))
            say(`${revoking.name} is revoked.`)
            await tokens.refresh()
          }}
        >
          <p>Whatever uses it is refused at once, and whoever is signed in with it is signed out.</p>
        </Confirm>
      )}
    </Card>
  )
}

const ENDS: Record<string, number | null> = { never: null, '30d': 30, '90d': 90, '365d': 365 }

function NewToken({ onClose }: { onClose: () => void }) {
  const [values, setValues] = useState<Record<string, string>>({
    name: '',
    scopes: 'read write',
    ends: 'never',
  })
  const [error, setError] = useState<ApiError>()
  const [token, setToken] = useState<string>()
  const make = async () => {
    setError(undefined)
    try {
      const days = ENDS[values.ends ?? 'never'] ?? null
      const made = await good(
        api.POST('/v1/tokens', {
          body: {
            name: values.name ?? '',
            scopes: (values.scopes ?? 'read').split(' ') as ('read' | 'write')[],
            expires_at: days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString(),
          },
        }),
      )
      setToken(made.token)
    } catch (failure) {
      setError(shownError(failure))
    }
  }
  return (
    <Dialog
      title={token ? 'The new token' : 'New token'}
      onClose={onClose}
      footer={
        token ? (
          <button type="button" class="button primary" onClick={onClose}>
            I have copied it
          </button>
        ) : (
          <>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="button" class="button primary" onClick={() => void make()}>
              Make it
            </button>
          </>
        )
      }
    >
      {token ? (
        <>
          <p>It is shown this once: only a hash of it is kept.</p>
          <div class="secret">
            <code>{token}</code>
            <Copy text={token} />
          </div>
        </>
      ) : (
        <>
          <Fields
            fields={[
              {
                name: 'name',
                label: 'For whom or what',
                type: 'text',
                required: true,
                placeholder: 'CRM import',
              },
              {
                name: 'scopes',
                label: 'It may',
                type: 'choice',
                required: true,
                choices: [
                  ['read write', 'look and change'],
                  ['read', 'only look'],
                ],
              },
              {
                name: 'ends',
                label: 'It ends',
                type: 'choice',
                required: true,
                choices: [
                  ['never', 'never'],
                  ['30d', 'in 30 days'],
                  ['90d', 'in 90 days'],
                  ['365d', 'in a year'],
                ],
              },
            ]}
            values={values}
            errors={error?.fields ?? {}}
            onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
          />
          {error && <Failure error={error} />}
        </>
      )}
    </Dialog>
  )
}

import { deliveryOf, NOON, type startTestApi, userEvent } from '../api/support.ts'

/** An endpoint whose one attempt found nobody, behind which newer deliveries wait that were never attempted. */
export async function failingEndpoint(
  api: Awaited<ReturnType<typeof startTestApi>>,
  { newer }: { newer: number },
) {
  const endpoint = await api.addEndpoint()
  const deliver = async (userId: string) => {
    const [id = ''] = await api.log.accept(endpoint.id, [deliveryOf(userEvent('src_a', userId), 'src_a')])
    return id
  }
  const id = await deliver('first')
  const claim = await api.claim(endpoint.id, id)
  if (claim === null) throw new Error('A new delivery can be claimed.')
  const error = { code: 'connect_failed', message: 'hooks.example.com refused the connection.' }
  const attempt = { number: 1, at: new Date(NOON).toISOString(), duration_ms: 4, url: endpoint.url }
  await api.record(endpoint.id, claim, {
    status: 'retrying',
    attempt: { ...attempt, request: { headers: {}, body: '' }, response: null, error },
    error,
    nextAttemptAt: NOON + 60_000,
    health: 'down',
  })
  api.clock.now += 1_000
  for (let i = 0; i < newer; i++) await deliver(`later-${i}`)
  return endpoint
}

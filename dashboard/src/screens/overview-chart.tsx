import { useMemo, useState } from 'preact/hooks'
import { api, good } from '../api.ts'
import { useOnNews } from '../live.ts'
import { Card, Failure } from '../parts/basics.tsx'
import { Chart } from '../parts/chart.tsx'
import { Segments } from '../parts/segments.tsx'
import { Time } from '../parts/time.tsx'
import { useQuery } from '../use-query.ts'

const SPANS = {
  '1h': { words: 'Hour', ms: 3_600_000, stretches: 60 },
  '24h': { words: 'Day', ms: 86_400_000, stretches: 48 },
  '7d': { words: 'Week', ms: 7 * 86_400_000, stretches: 84 },
  '30d': { words: 'Month', ms: 30 * 86_400_000, stretches: 60 },
} as const
type Span = keyof typeof SPANS
const SPAN_WORDS = (Object.keys(SPANS) as Span[]).map((span) => [span, SPANS[span].words] as const)

/** New and returning callers over a stretch of time. */
export function CallersChart() {
  const [span, setSpan] = useState<Span>('1h')
  const { ms, stretches } = SPANS[span]
  const counted = useQuery(
    `counts ${span}`,
    () => {
      // To whole stretches, so that bars keep their places.
      const width = ms / stretches
      const until = Math.ceil(Date.now() / width) * width
      return good(
        api.GET('/v1/event-counts', {
          params: {
            query: {
              since: new Date(until - ms).toISOString(),
              until: new Date(until).toISOString(),
              stretches: String(stretches),
            },
          },
        }),
      )
    },
    { every: 30_000 },
  )
  useOnNews(
    ({ kind }) => kind === 'event',
    () => void counted.refresh(),
    2_000,
  )
  const { data, error } = counted
  const chart = useMemo(() => {
    if (data === undefined) return null
    const of = (matches: (type: string) => boolean) =>
      data.stretches.map(({ types }) =>
        Object.entries(types).reduce((sum, [type, value]) => (matches(type) ? sum + value : sum), 0),
      )
    return {
      at: data.stretches.map(({ from }) => Date.parse(from) / 1000),
      series: [
        { label: 'New callers', color: '--chart-a', values: of((type) => type === 'user.created') },
        {
          label: 'Called again',
          color: '--chart-b',
          values: of((type) => type === 'user.conversation_count.increased'),
        },
      ],
    }
  }, [data])
  return (
    <Card
      title="Callers over time"
      actions={<Segments label="Time span" chosen={span} of={SPAN_WORDS} onChange={setSpan} />}
    >
      {chart ? (
        <Chart
          at={chart.at}
          series={chart.series}
          label={`New callers and repeated calls of the last ${SPANS[span].words.toLowerCase()}`}
          sum={`in the last ${SPANS[span].words.toLowerCase()}`}
        />
      ) : error ? (
        <Failure error={error} retry={counted.refresh} />
      ) : (
        <div class="chart chart-220 waiting" />
      )}
      {data && Date.parse(data.complete_since) > Date.parse(data.since) && (
        <p class="help">
          So much has happened that only what came since <Time at={data.complete_since} /> is counted.
        </p>
      )}
    </Card>
  )
}

import { poolQueue, type Queued } from '../../api/compute'
import { Absent } from '../../compute/absent'
import { useClock } from '../../compute/forecast_band'
import { secondsBetween, useBoth, useSpan } from '../../compute/pool_words'
import { useMe } from '../../me'
import { Card, Empty, Waiting } from '../../parts/basics'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 2000
type Placed = Queued & { place: number }

/** /compute/queue: what waits, in the order in which it would be tried, why, and until when. */
export default function Queue() {
    const { t, num } = useText()
    const own = useMe()?.tenant
    const span = useSpan()
    const both = useBoth()
    const clock = useClock()
    const told = usePoll('pool queue', LOOK_MS, poolQueue)
    if (!told.value) return told.error ? <Absent error={told.error} /> : <Waiting />
    const rows: Placed[] = told.value.items.map((one, n) => ({ ...one, place: n + 1 }))
    const columns: Column<Placed>[] = [
        { key: 'place', title: t('queue.place'), value: (row) => row.place, show: (row) => num(row.place), width: 4.5, grow: 0 },
        { key: 'whose', title: t('queue.whose'), value: (row) => (row.tenant ? `${row.tenant}/${row.project ?? ''}` : ''), show: (row) => (row.tenant ? (row.job && row.tenant === own ? <Link href={`/compute/jobs/${row.job}`}>{row.tenant} / {row.project}</Link> : `${row.tenant} / ${row.project ?? ''}`) : <span className="note">{t('pool.somebody')}</span>), width: 10, grow: 1 },
        { key: 'gpus', title: t('pool.gpus'), value: (row) => row.gpus, show: (row) => (row.gpus > 0 ? num(row.gpus) : '–'), number: true, width: 4.5 },
        { key: 'waits', title: t('queue.waits'), value: (row) => secondsBetween(row.submitted, undefined), show: (row) => span(secondsBetween(row.submitted, undefined) ?? 0), number: true },
        { key: 'why', title: t('job.why'), value: (row) => both(row.sentence), show: (row) => <span title={both(row.sentence)}>{both(row.sentence)}</span>, width: 16, grow: 5 },
        { key: 'planned', title: t('queue.planned'), hint: t('queue.planned.hint'), value: (row) => row.planned, show: (row) => (row.planned ? clock(row.planned) : '–'), width: 8, grow: 1 },
    ]
    if (rows.length === 0) return <Card><Empty title={t('queue.none')} text={t('queue.none.text')} /></Card>
    return (
        <Card title={t('queue.title', { count: num(told.value.waiting) })} note={t('queue.text')}>
            <DataTable label={t('queue.tab')} rows={rows} columns={columns} rowKey={(row) => String(row.place)} tone={(row) => (row.tenant === own ? 'own-row' : undefined)} />
            {told.value.waiting > rows.length && <p className="note">{t('queue.cut', { count: num(rows.length) })}</p>}
        </Card>
    )
}

import { useState } from 'react'
import { jobs, type Job } from '../../api/compute'
import { Absent } from '../../compute/absent'
import { useClock } from '../../compute/forecast_band'
import { JobBadge, secondsBetween, useAsked, useBoth, useNamed, useSpan } from '../../compute/pool_words'
import { useMay, useMe } from '../../me'
import { Button, Card, Copy, Empty, LinkButton, Waiting } from '../../parts/basics'
import { go, Link, usePlace } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 2000
const PAGE = 100
const MOST = 2000
const STATES = ['all', 'open', 'done', 'failed', 'cancelled'] as const
type Wanted = (typeof STATES)[number]
const isWanted = (text: string): text is Wanted => (STATES as readonly string[]).includes(text)

/** The newest, page by page, up to so many. */
async function newest(state: Wanted, most: number, signal: AbortSignal): Promise<{ items: Job[]; isCut: boolean }> {
    const items: Job[] = []
    let after: string | null | undefined
    do {
        const page = await jobs({ limit: PAGE, ...(state === 'all' ? {} : { state }), ...(after ? { after } : {}) }, signal)
        items.push(...page.items)
        after = page.next
    } while (after && items.length < most)
    return { items, isCut: Boolean(after) }
}

/** /compute/jobs: what was handed in, and what came of it. */
export default function Jobs() {
    const { t, when, num } = useText()
    const may = useMay('engineer')
    const span = useSpan()
    const asked = useAsked()
    const both = useBoth()
    const named = useNamed()
    const failure = (row: Job) => (row.state === 'failed' && row.reason ? `${named.end(row.reason)}${row.reason === 'exit' || row.reason === 'signal' ? ` ${row.exit_code ?? ''}` : ''}` : '')
    const reason = (row: Job) => both(row.waiting?.sentence) || both(row.what) || failure(row)
    const clock = useClock()
    const { query } = usePlace()
    const wanted = query.get('state') ?? 'all'
    const state: Wanted = isWanted(wanted) ? wanted : 'all'
    const project = query.get('project') ?? ''
    const [most, setMost] = useState(PAGE)
    const told = usePoll(`jobs ${state} ${most}`, LOOK_MS, (signal) => newest(state, most, signal))
    if (!told.value) return told.error ? <Absent error={told.error} /> : <Waiting />
    const { items, isCut } = told.value
    const projects = [...new Set(items.map((one) => one.project))].sort()
    const rows = project ? items.filter((one) => one.project === project) : items
    const at = (change: Record<string, string>) => {
        const next = new URLSearchParams(query)
        for (const [name, value] of Object.entries(change)) if (value) next.set(name, value)
        else next.delete(name)
        go(`/compute/jobs${next.size ? `?${next.toString()}` : ''}`, true)
    }
    const columns: Column<Job>[] = [
        { key: 'name', title: t('job.name'), value: (row) => row.name, show: (row) => <Link href={`/compute/jobs/${row.id}`}>{row.name}{(row.request.array ?? 1) > 1 && ` [${row.index}]`}</Link>, width: 10 },
        { key: 'state', title: t('job.state'), value: (row) => row.state, show: (row) => <JobBadge job={row} />, width: 8.5, grow: 0 },
        { key: 'what', title: t('job.told'), value: (row) => reason(row), show: (row) => <span title={reason(row)}>{reason(row) || '–'}</span>, width: 12, grow: 5 },
        { key: 'asked', title: t('job.asked'), value: (row) => asked(row), show: (row) => <span title={asked(row)}>{asked(row)}</span>, width: 8, grow: 2 },
        { key: 'took', title: t('job.took'), value: (row) => secondsBetween(row.started, row.ended), show: (row) => (row.started ? span(secondsBetween(row.started, row.ended) ?? 0) : '–'), number: true, width: 6.5 },
        { key: 'created', title: t('job.created'), value: (row) => row.created, show: (row) => <span title={when(row.created)}>{clock(row.created)}</span>, width: 6.5, grow: 1 },
        { key: 'project', title: t('job.project'), value: (row) => row.project, width: 5.5, grow: 1 },
        { key: 'by', title: t('job.by'), value: (row) => row.by, show: (row) => row.by || '–', width: 5, grow: 1 },
    ]
    if (items.length === 0 && state === 'all') return <None may={may} />
    return (
        <Card title={t('job.tab')}>
            <div className="filters">
                <label>
                    {t('job.state')}
                    <select value={state} onChange={(event) => at({ state: event.target.value === 'all' ? '' : event.target.value })}>
                        {STATES.map((one) => <option key={one} value={one}>{t(`job.filter.${one}`)}</option>)}
                    </select>
                </label>
                {(projects.length > 1 || project) && (
                    <label>
                        {t('job.project')}
                        <select value={project} onChange={(event) => at({ project: event.target.value })}>
                            <option value="">{t('job.filter.all')}</option>
                            {projects.map((one) => <option key={one} value={one}>{one}</option>)}
                        </select>
                    </label>
                )}
            </div>
            <DataTable label={t('job.tab')} rows={rows} columns={columns} rowKey={(row) => row.id} />
            {isCut && most < MOST && <Button look="quiet" onClick={() => setMost(most + 4 * PAGE)}>{t('older')}</Button>}
            {isCut && most >= MOST && <p className="note">{t('job.cut', { count: num(MOST) })}</p>}
        </Card>
    )
}

const COMMAND = 'maru job submit -f -- sh -c "hostname; nproc"'

/** Nothing yet: the one command to type, or the form. */
function None({ may }: { may: boolean }) {
    const { t } = useText()
    const me = useMe()
    return (
        <Card>
            <Empty title={t('job.none')} text={t(may ? 'job.none.text' : 'job.none.viewer')} />
            {may && (
                <div className="begin centred">
                    <Copy text={COMMAND} label={t('job.command')} />
                    {!me?.open && <p className="note">{t('job.token_hint', { url: location.origin })}</p>}
                    <div className="actions"><LinkButton look="main" href="/compute/jobs/new">{t('job.new')}</LinkButton></div>
                </div>
            )}
        </Card>
    )
}

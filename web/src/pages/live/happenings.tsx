import { useState } from 'react'
import { happenings, type Happening } from '../../api/live'
import type { ApiError } from '../../api/problem'
import { addressOf, partsOfFault, partsOfMeasurement, windowOf } from '../../fdc/event'
import { useFeatureName } from '../../fdc/words'
import { KindMark, useKindName } from '../../live/marks'
import { gapsOf } from '../../live/gaps'
import { lengthOf } from '../../live/span'
import { useStamp } from '../../live/stamp'
import { Button, Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const PAGE = 200
const LOOK_MS = 4000
const KINDS = ['alarm', 'fault', 'state', 'lot', 'measurement', 'chart', 'command', 'gap'] as const
const SPANS = { hour: 3600, day: 86400, week: 7 * 86400, month: 30 * 86400, all: 0 } as const
type SpanName = keyof typeof SPANS

interface Filter {
    kind: string
    source: string
    lot: string
    span: SpanName
}
const readFilter = (query: URLSearchParams): Filter => {
    const span = query.get('span') ?? 'day'
    return { kind: query.get('kind') ?? '', source: query.get('source') ?? '', lot: query.get('lot') ?? '', span: span in SPANS ? (span as SpanName) : 'day' }
}

/** What happened, newest first. The filter stands in the address. */
export default function Happenings() {
    const { t } = useText()
    useTitle(t('data.events'))
    const { query } = usePlace()
    const filter = readFilter(query)
    const set = (change: Partial<Filter>) => {
        const next = new URLSearchParams(Object.entries({ ...filter, ...change }).filter(([name, value]) => value !== '' && !(name === 'span' && value === 'day')))
        go(`/data/events${next.size > 0 ? `?${next}` : ''}`, true)
    }
    return (
        <Card>
            <Filters key={`${filter.source} ${filter.lot}`} filter={filter} set={set} />
            <Found key={JSON.stringify(filter)} filter={filter} />
        </Card>
    )
}

function Filters({ filter, set }: { filter: Filter; set: (change: Partial<Filter>) => void }) {
    const { t } = useText()
    const say = useKindName()
    const [source, setSource] = useState(filter.source)
    const [lot, setLot] = useState(filter.lot)
    const others = filter.kind && !(KINDS as readonly string[]).includes(filter.kind) ? [filter.kind] : []
    return (
        <form
            className="event-filters"
            onSubmit={(event) => {
                event.preventDefault()
                set({ source: source.trim(), lot: lot.trim() })
            }}
        >
            <label>
                <span>{t('events.kind')}</span>
                <select value={filter.kind} onChange={(event) => set({ kind: event.target.value })}>
                    <option value="">{t('events.any')}</option>
                    {[...KINDS, ...others].map((kind) => <option key={kind} value={kind}>{say(kind)}</option>)}
                </select>
            </label>
            <label>
                <span>{t('events.span')}</span>
                <select value={filter.span} onChange={(event) => set({ span: event.target.value as SpanName })}>
                    {Object.keys(SPANS).map((span) => <option key={span} value={span}>{t(`events.span.${span as SpanName}`)}</option>)}
                </select>
            </label>
            <label>
                <span>{t('events.source')}</span>
                <input type="search" value={source} onChange={(event) => setSource(event.target.value)} onBlur={() => source.trim() !== filter.source && set({ source: source.trim() })} />
            </label>
            <label>
                <span>{t('events.lot')}</span>
                <input type="search" value={lot} onChange={(event) => setLot(event.target.value)} onBlur={() => lot.trim() !== filter.lot && set({ lot: lot.trim() })} />
            </label>
            <Button type="submit">{t('events.search')}</Button>
        </form>
    )
}

function Found({ filter }: { filter: Filter }) {
    const { t } = useText()
    const query = { ...(filter.kind && { kind: filter.kind }), ...(filter.source && { source: filter.source }), ...(filter.lot && { lot: filter.lot }), limit: PAGE }
    const since = SPANS[filter.span]
    const first = usePoll('events', LOOK_MS, (signal) => happenings({ ...query, ...(since > 0 ? { from: Date.now() / 1000 - since } : {}) }, signal))
    const [older, setOlder] = useState<{ items: Happening[]; next: string | undefined } | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    if (!first.value) return first.error ? <ProblemNote error={first.error} /> : <Waiting />
    const rows = [...new Map([...first.value.items, ...(older?.items ?? [])].map((event) => [event.id, event])).values()]
    const next = older ? older.next : first.value.next
    const isFiltered = filter.kind !== '' || filter.source !== '' || filter.lot !== ''
    return (
        <>
            <ProblemNote error={first.error ?? error} />
            {rows.length === 0 ? (
                <Empty title={t(isFiltered ? 'events.none.filter' : 'events.none')} text={t(isFiltered ? 'events.none.filter.text' : 'events.none.text')}>
                    {isFiltered ? <LinkButton look="main" href="/data/events?span=all">{t('events.none.filter.do')}</LinkButton> : <LinkButton look="main" href="/data">{t('data.connections')}</LinkButton>}
                </Empty>
            ) : (
                <EventTable rows={rows} />
            )}
            {next && (
                <Button look="quiet" onClick={() => happenings({ ...query, before: next, ...(since > 0 ? { from: Date.now() / 1000 - since } : {}) }).then((page) => setOlder({ items: [...(older?.items ?? []), ...page.items], next: page.next }), setError)}>
                    {t('older')}
                </Button>
            )}
        </>
    )
}

const AROUND = 300

function EventTable({ rows }: { rows: Happening[] }) {
    const { t } = useText()
    const say = useKindName()
    const stamp = useStamp()
    const told = useDetail()
    const columns: Column<Happening>[] = [
        { key: 'at', title: t('events.at'), value: (row) => row.at, show: (row) => <Link href={`/data/explorer?from=${row.at - AROUND}&to=${row.at + AROUND}`} title={t('events.see')}>{stamp.time(row.at)}</Link>, width: 9.5, grow: 0.5 },
        { key: 'kind', title: t('events.kind'), value: (row) => say(row.kind), show: (row) => <span className="kind"><KindMark kind={row.kind} />{say(row.kind)}</span>, width: 8.5, grow: 0.5 },
        { key: 'source', title: t('events.source'), value: (row) => row.source, show: (row) => <span title={row.source}>{row.source}</span>, width: 11, grow: 2 },
        { key: 'name', title: t('events.name'), value: (row) => row.name, show: (row) => <Named row={row} />, width: 8, grow: 1 },
        { key: 'lot', title: t('events.what'), value: (row) => [row.lot, row.wafer, row.recipe, row.step].filter(Boolean).join(' · '), width: 8, grow: 1 },
        { key: 'detail', title: t('events.detail'), value: told, show: (row) => <span title={told(row)}>{told(row)}</span>, width: 18, grow: 4 },
    ]
    return <DataTable label={t('data.events')} rows={rows} columns={columns} first="-at" search={false} rowKey={(row) => String(row.id)} />
}

/** What it is called; where that is a window, with the way there. */
function Named({ row }: { row: Happening }) {
    const href = addressOf(row)
    return href ? <Link href={href} title={row.name}>{row.name}</Link> : <span title={row.name}>{row.name}</span>
}

/** The details in a line: a gap says from when to when, anything else what it has. */
function useDetail(): (event: Happening) => string {
    const { t, lang } = useText()
    const stamp = useStamp()
    const feature = useFeatureName()
    return (event) => {
        const [gap] = gapsOf([event], lang)
        if (gap && lengthOf(gap) === 0) return gap.cause
        if (gap) return `${stamp.time(gap.from)} – ${stamp.time(gap.to)} (${stamp.span(lengthOf(gap))}) · ${gap.cause}`
        const detail = event.detail as Record<string, unknown>
        const window = windowOf(event)
        if (window) return [stamp.span(window.until - window.from), ...(event.kind === 'fault' ? partsOfFault(detail, feature, t('windows.withdrawn')) : partsOfMeasurement(detail, feature))].join(' · ')
        if (event.kind === 'state' && ('from' in detail || 'to' in detail)) return `${String(detail.from ?? '')} → ${String(detail.to ?? '')}`
        return Object.entries(detail)
            .filter(([, value]) => value !== '' && value !== null)
            .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
            .join(' · ')
    }
}
